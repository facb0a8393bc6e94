import { InvalidRequest } from '../../../errors/app-error';
import type { JsonBody } from '../../json/json-request';
import { IDENTITY_MEMBERS } from '../../json/member-names';
import { REFUSED_MEMBERS } from '../../json/request-members';
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
  ...Object.keys(REFUSED_MEMBERS),
  'max_tokens',
  'stream',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'cache_control',
  'service_tier',
  'diagnostics',
  'fallback_credit_token',
]);

/** A member that this release does not know; undefined if it knows all of them. */
function unknownMember({ scan }: JsonBody): string | undefined {
  return [...scan.members.keys()].find((name) => !PROMPT_MEMBERS.has(name) && !OTHER_MEMBERS.has(name));
}

/**
 * Refuses a member that this release does not know. At Anthropic, it is a feature that may be billed in any way. Other
 * providers of the dialect have parameters of their own, most of them for sampling.
 * @throws InvalidRequest
 */
export function refuseUnknownMember(json: JsonBody): void {
  const name = unknownMember(json)?.slice(0, 64);
  if (name === undefined) return;
  // The first words are Anthropic's own, because some clients recognise them and leave the member out.
  const message = `${name}: Extra inputs are not permitted. This gateway does not know whether Claude’s provider bills for it.`;
  throw new InvalidRequest(message, name, 'unsupported_parameter');
}

/**
 * Whether the provider reads the prompt once and adds nothing to it while it answers. A member that we do not know may
 * do anything.
 */
export function hasFixedPrompt(json: JsonBody, serverTools: ServerTools): boolean {
  return serverTools === 'none' && unknownMember(json) === undefined;
}
