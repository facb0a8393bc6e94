import type { Model } from '../../../../contracts/storage/catalog';
import { dearerUnits } from '../../dearer-units';
import type { BodyChanges, MeteredEndpoint, ProviderBody, RequestBound } from '../../endpoint';
import { readJsonAnswer } from '../../json/json-answer';
import { requireJson } from '../../json/json-content';
import { JSON_WHOLE } from '../../json/json-whole';
import { boundPrompt, cacheWritesOf } from '../../json/prompt-bound';
import { providerJson } from '../../json/provider-json';
import { type Edit, insertMember, replaceValue } from '../../json/splice';
import { IMAGE_TOKENS_MAX } from '../image-tokens';
import { openai } from '../openai';
import { failureEvents } from './failure-events';
import { readResponseUsage } from './response-usage';
import { parseResponses, type ResponsesRequest } from './responses-request';
import { ResponsesStream } from './responses-stream';

/** OpenAI's responses, without anything that the provider would have to keep. */
export const responses: MeteredEndpoint<ResponsesRequest> = {
  id: 'responses',
  operation: 'chat',
  dialect: openai,
  path: '/v1/responses',
  providerPath: () => '/responses',
  summary: 'OpenAI’s Responses API, streamed or not, without stored content',
  checkContent: requireJson,
  parse: ({ bytes }) => parseResponses(bytes),
  bound: boundResponses,
  providerBody: responsesBody,
  readAnswer: (body) => readJsonAnswer(body, { outputMember: 'output', readUsage: readResponseUsage }),
  whole: JSON_WHOLE,
  stream: () => new ResponsesStream(),
  errorEvents: failureEvents,
};

function boundResponses({ json, outputTokensMax }: ResponsesRequest, model: Model): RequestBound {
  const { inputTokensMax, audio, image } = boundPrompt(json, model, IMAGE_TOKENS_MAX);
  // A summary of an earlier conversation is encrypted, so its bytes say nothing about its tokens.
  const hasSummary = json.scan.contentTypes.has('compaction');
  return {
    inputTokensMax: hasSummary ? model.contextTokens : inputTokensMax,
    // The limit includes reasoning.
    outputTokensMax: Math.min(outputTokensMax ?? model.outputTokensMax, model.contextTokens),
    cacheWrites: cacheWritesOf(json, { isAutomatic: true }),
    ...dearerUnits({ audio, image }),
  };
}

/** Makes the provider keep nothing, and sets the wallet's limit if it is lower than the model's. */
function responsesBody({ json, stream, toolEdits }: ResponsesRequest, changes: BodyChanges): ProviderBody {
  const edits = [...toolEdits, setMember(json, 'store', 'false')];
  const { outputTokensCap } = changes;
  if (outputTokensCap !== undefined) edits.push(setMember(json, 'max_output_tokens', String(outputTokensCap)));
  return providerJson(json, { stream, changes, edits });
}

/** A null member is replaced, because adding a second one with the same name would be ambiguous. */
function setMember({ bytes, scan }: ResponsesRequest['json'], name: string, json: string): Edit {
  const member = scan.members.get(name);
  return member ? replaceValue(member, json) : insertMember(bytes, name, json);
}
