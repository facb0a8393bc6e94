import { z } from 'zod';
import type { FreeEndpoint, FreeRequest } from '../../free-endpoint';
import { requireJson } from '../../json/json-content';
import { type JsonBody, type JsonFormat, readJson } from '../../json/json-request';
import { parseObject } from '../../json/parse-object';
import { providerJson } from '../../json/provider-json';
import { modelName, unparsed } from '../../json/request-members';
import { isReport } from '../../read-counts';

/** Everything else is between the client and the provider, because nothing that it asks for is generated or billed. */
const schema = z.object({ model: modelName, messages: unparsed('messages must be an array') });

const FORMAT: JsonFormat<typeof schema> = {
  schema,
  unparsed: { messages: { opensWith: /^\[/, isFilled: true } },
};

interface CountTokensRequest extends FreeRequest {
  readonly json: JsonBody;
}

/** Anthropic's count of the tokens that a message would have. */
export const countTokens: FreeEndpoint<CountTokensRequest> = {
  servedLike: 'messages',
  path: '/v1/messages/count_tokens',
  does: 'count tokens',
  providerPath: () => '/v1/messages/count_tokens',
  summary: 'how many input tokens a message has, as the provider counts them',
  checkContent: requireJson,
  parse: ({ bytes }) => {
    const { json, members } = readJson(bytes, FORMAT);
    return { json, model: members.model };
  },
  providerBody: ({ json }, model) => providerJson(json, { stream: false, changes: { model } }),
  isAnswer: (body) => Number.isSafeInteger(parseObject(body.toString())?.['input_tokens']),
  isError: (body) => {
    const answer = parseObject(body.toString());
    return answer?.['type'] === 'error' && isReport(answer['error']);
  },
};
