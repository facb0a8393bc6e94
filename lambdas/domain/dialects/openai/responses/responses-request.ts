import { z } from 'zod';
import { InvalidRequest } from '../../../errors/app-error';
import type { MeteredRequest } from '../../endpoint';
import { endUserIn, type JsonBody, type JsonFormat, readJson } from '../../json/json-request';
import {
  modelName,
  never,
  NOT_SUPPORTED,
  READ_MEMBERS,
  REFUSED_MEMBERS,
  refuseLongBreakpoints,
  serviceTier,
  STORED,
  streamFlag,
  tokenLimit,
  unparsed,
  UNPRICED,
} from '../../json/request-members';
import type { Edit } from '../../json/splice';
import { OPENAI_STANDARD_TIERS } from '../vocabulary';
import { readTools } from './response-tools';

/** The reason for refusing a parameter whose content the provider keeps. */
const KEPT = `${NOT_SUPPORTED}: the provider would have to keep content. Send the whole conversation as input`;

const schema = z.object({
  model: modelName,
  input: unparsed('input must be a string or an array'),
  stream: streamFlag,
  max_output_tokens: tokenLimit.nullish(),
  service_tier: serviceTier(OPENAI_STANDARD_TIERS),
  ...REFUSED_MEMBERS,
  store: never(`store ${STORED}. Send "store": false, or leave it out`),
  previous_response_id: never(`previous_response_id ${KEPT}`),
  conversation: never(`conversation ${KEPT}`),
  prompt: never(`prompt ${KEPT}`),
  // A summary of the conversation is made in a pass of its own.
  context_management: never(`context_management ${UNPRICED}`),
  // Several passes read the prompt again.
  reasoning: z
    .looseObject({ mode: z.literal('standard', `reasoning.mode other than standard ${UNPRICED}`).nullish() })
    .nullish(),
  // The Responses API has none of these, but a compatible provider may take them from chat completions.
  n: z.literal(1, `n ${UNPRICED}`).nullish(),
  prediction: never(`prediction ${UNPRICED}`),
  modalities: z.array(z.literal('text', `modalities other than text ${UNPRICED}`)).nullish(),
});

const FORMAT: JsonFormat<typeof schema> = {
  schema,
  unparsed: { input: { opensWith: /^["[]/ } },
  interpreted: ['reasoning', ...READ_MEMBERS],
  watched: ['tools', 'tool_choice', 'instructions'],
  items: 'input',
};

/** A request for a response. */
export interface ResponsesRequest extends MeteredRequest {
  readonly json: JsonBody;
  /** The client's own limit; absent when it set none, or zero. */
  readonly outputTokensMax: number | undefined;
  /** Leave out the tools that the provider is not to be offered. */
  readonly toolEdits: readonly Edit[];
}

/** @throws InvalidRequest */
export function parseResponses(bytes: Buffer): ResponsesRequest {
  const { json, members } = readJson(bytes, FORMAT);
  refuseReferences(json);
  refuseLongBreakpoints(json.scan);
  const limit = members.max_output_tokens ?? undefined;
  return {
    json,
    model: members.model,
    stream: members.stream ?? false,
    choices: 1,
    isOutputOpen: limit === undefined,
    // Zero bounds nothing, because some compatible providers take it for no limit.
    outputTokensMax: limit === 0 ? undefined : limit,
    toolEdits: readTools(json),
    endUser: endUserIn(json),
  };
}

/** Refuses items that stand for content at the provider, and one that makes it summarise the conversation. */
function refuseReferences({ scan }: JsonBody): void {
  if (scan.contentTypes.has('item_reference') || scan.hasBareItems)
    throw unsupported(`An input item without content (item_reference) ${KEPT}`);
  if (scan.contentTypes.has('compaction_trigger')) throw unsupported(`The input item compaction_trigger ${UNPRICED}`);
}

const unsupported = (message: string): InvalidRequest =>
  new InvalidRequest(`${message}.`, 'input', 'unsupported_parameter');
