import { z } from 'zod';
import { ANTHROPIC_CLIENT_TOOLS, ANTHROPIC_STANDARD_TIERS } from '../../anthropic/vocabulary';
import { refuseServerTools } from '../../json/client-tools';
import { endUserIn, type JsonBody, type JsonFormat, readJson } from '../../json/json-request';
import {
  modelName,
  READ_MEMBERS,
  REFUSED_MEMBERS,
  refuseLongBreakpoints,
  serviceTier,
  streamFlag,
  tokenLimit,
  unparsed,
} from '../../json/request-members';
import type { MeteredRequest } from '../../endpoint';
import { OPENAI_CLIENT_TOOLS, OPENAI_STANDARD_TIERS } from '../vocabulary';

// Compatible providers in front of Anthropic's models take its names as well.
const CLIENT_TOOLS = [...OPENAI_CLIENT_TOOLS, ...ANTHROPIC_CLIENT_TOOLS];
const STANDARD_TIERS = [...OPENAI_STANDARD_TIERS, ...ANTHROPIC_STANDARD_TIERS];

const schema = z.object({
  model: modelName,
  messages: unparsed('messages must be an array'),
  stream: streamFlag,
  stream_options: z
    .looseObject({ include_usage: z.boolean('include_usage must be true or false').nullish() })
    .nullish(),
  max_tokens: tokenLimit.nullish(),
  max_completion_tokens: tokenLimit.nullish(),
  n: z.int('n must be a whole number').min(1, 'n must be at least 1').max(128, 'n must be at most 128').nullish(),
  modalities: z.array(z.string()).nullish(),
  prediction: z.unknown().optional(),
  service_tier: serviceTier(STANDARD_TIERS),
  ...REFUSED_MEMBERS,
});

const FORMAT: JsonFormat<typeof schema> = {
  schema,
  unparsed: { messages: { opensWith: /^\[/, isFilled: true }, prediction: { opensWith: /^/ } },
  interpreted: ['stream_options', ...READ_MEMBERS],
  watched: ['tools'],
};

/** A request for a chat completion. */
export interface ChatRequest extends MeteredRequest {
  readonly json: JsonBody;
  /** Whether the client asked for the usage event; otherwise the gateway asks for it and hides it. */
  readonly wantsUsage: boolean;
  /** The member as the client sent it; absent when it is absent or null. */
  readonly streamOptions: object | undefined;
  /** The client's own limit for one choice; absent when it set none, or zero. */
  readonly outputTokensMax: number | undefined;
  /** Whether rejected predicted tokens are billed as output on top of the answer. */
  readonly hasPrediction: boolean;
  readonly wantsAudio: boolean;
  readonly wantsImage: boolean;
}

/** @throws InvalidRequest */
export function parseChat(bytes: Buffer): ChatRequest {
  const { json, members } = readJson(bytes, FORMAT);
  refuseServerTools(json, CLIENT_TOOLS);
  refuseLongBreakpoints(json.scan);
  const limits = [members.max_completion_tokens, members.max_tokens].filter((limit) => limit != null);
  const hasPrediction = json.scan.members.has('prediction');
  return {
    json,
    model: members.model,
    stream: members.stream ?? false,
    choices: members.n ?? 1,
    isOutputOpen: limits.length === 0 && !hasPrediction,
    hasUnpacedOutput: hasPrediction,
    streamOptions: members.stream_options ?? undefined,
    wantsUsage: members.stream_options?.include_usage ?? false,
    outputTokensMax: largest(limits),
    hasPrediction,
    wantsAudio: members.modalities?.includes('audio') ?? false,
    wantsImage: members.modalities?.includes('image') ?? false,
    endUser: endUserIn(json),
  };
}

/** Zero bounds nothing, because some compatible providers take it for no limit. */
function largest(limits: readonly number[]): number | undefined {
  return limits.length === 0 || limits.includes(0) ? undefined : Math.max(...limits);
}
