import type { JsonBody } from '../../json/json-request';
import { IDENTITY_MEMBERS } from '../../json/member-names';
import type { ServerTools } from './server-tools';

/** The members that a prompt is made of. Anthropic's endpoint for counting accepts these. */
export const PROMPT_MEMBERS: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'output_format',
  'context_management',
]);

/** The members that add nothing to a prompt. `parseMessages` admits some of them only without a value. */
const OTHER_MEMBERS: ReadonlySet<string> = new Set([
  ...IDENTITY_MEMBERS,
  'max_tokens',
  'stream',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'cache_control',
  'service_tier',
  'inference_geo',
  'speed',
  'diagnostics',
  'store',
  'background',
  'previous_response_id',
  'mcp_servers',
  'container',
  'thread',
]);

/**
 * Whether the provider reads the prompt once and adds nothing to it while it answers. A member that we do not know may
 * do anything: `fallbacks`, for example, has other models read the prompt again.
 */
export function hasFixedPrompt({ scan }: JsonBody, serverTools: ServerTools): boolean {
  const isKnown = (name: string) => PROMPT_MEMBERS.has(name) || OTHER_MEMBERS.has(name);
  return serverTools === 'none' && [...scan.members.keys()].every(isKnown);
}
