import { z } from 'zod';
import type { CacheWrite } from '../../../../contracts/storage/units';
import { InvalidRequest } from '../../../errors/app-error';
import type { MeteredRequest } from '../../endpoint';
import { refuseServerTools } from '../../json/client-tools';
import { type JsonBody, type JsonFormat, parseMember, readJson } from '../../json/json-request';
import { cacheWritesOf } from '../../json/prompt-bound';
import {
  modelName,
  READ_MEMBERS,
  REFUSED_MEMBERS,
  serviceTier,
  streamFlag,
  tokenLimit,
  unparsed,
  UNPRICED,
} from '../../json/request-members';
import { OPENAI_CLIENT_TOOLS, OPENAI_STANDARD_TIERS } from '../../openai/vocabulary';
import { ANTHROPIC_CLIENT_TOOLS, ANTHROPIC_STANDARD_TIERS } from '../vocabulary';
import { hasFixedPrompt } from './fixed-prompt';
import { FREE_SERVER_TOOLS, readServerTools, type ServerTools } from './server-tools';

// Compatible providers in front of OpenAI's models take its names as well.
const FREE_TOOLS = [...ANTHROPIC_CLIENT_TOOLS, ...OPENAI_CLIENT_TOOLS, ...FREE_SERVER_TOOLS];
const STANDARD_TIERS = [...ANTHROPIC_STANDARD_TIERS, ...OPENAI_STANDARD_TIERS];

const schema = z.object({
  model: modelName,
  messages: unparsed('messages must be an array'),
  stream: streamFlag,
  max_tokens: tokenLimit,
  service_tier: serviceTier(STANDARD_TIERS),
  ...REFUSED_MEMBERS,
});

const FORMAT: JsonFormat<typeof schema> = {
  schema,
  unparsed: { messages: { opensWith: /^\[/, isFilled: true } },
  interpreted: ['context_management', ...READ_MEMBERS],
  watched: ['tools', 'context_management'],
};

/** A request to generate a message. */
export interface MessagesRequest extends MeteredRequest {
  readonly json: JsonBody;
  /** The client's limit, which Anthropic requires; absent when it is zero. */
  readonly outputTokensMax: number | undefined;
  readonly serverTools: ServerTools;
  /** Whether the provider reads the prompt once and adds nothing to it while it answers. */
  readonly hasFixedPrompt: boolean;
  /** The most expensive cache write that the request asks for. */
  readonly dearestWrite: CacheWrite;
}

/** @throws InvalidRequest */
export function parseMessages(bytes: Buffer): MessagesRequest {
  const { json, members } = readJson(bytes, FORMAT);
  const serverTools = readServerTools(json);
  refuseServerTools(json, FREE_TOOLS);
  refuseBilledEdits(json);
  return {
    json,
    model: members.model,
    stream: members.stream ?? false,
    choices: 1,
    isOutputOpen: false,
    // With zero, Anthropic fills the cache and generates nothing, but some compatible providers take it for no limit.
    outputTokensMax: members.max_tokens === 0 ? undefined : members.max_tokens,
    serverTools,
    hasFixedPrompt: hasFixedPrompt(json, serverTools),
    dearestWrite: cacheWritesOf(json, { isAutomatic: true }).at(-1) ?? 'cacheWrite',
  };
}

/** An edit that only leaves something out of the prompt. */
const FREE_EDIT = /^clear_(?:tool_uses|thinking)_\d+$/;
const editsSchema = z.object({ edits: z.array(z.object({ type: z.string().regex(FREE_EDIT) })).nullish() }).nullish();

/** Refuses edits of the context that are billed in addition to the usage that the answer reports, such as a summary. */
function refuseBilledEdits(json: JsonBody): void {
  const member = json.scan.members.get('context_management');
  if (member === undefined) return;
  if (editsSchema.safeParse(parseMember(json, 'context_management', member)).success) return;
  throw new InvalidRequest(
    `context_management that does more than clear tool uses or thinking ${UNPRICED}.`,
    'context_management',
    'unsupported_parameter',
  );
}
