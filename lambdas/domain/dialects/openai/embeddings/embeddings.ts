import { z } from 'zod';
import type { MeteredEndpoint, MeteredRequest } from '../../endpoint';
import { readJsonAnswer } from '../../json/json-answer';
import { requireJson } from '../../json/json-content';
import { endUserIn, type JsonBody, type JsonFormat, readJson } from '../../json/json-request';
import { JSON_WHOLE } from '../../json/json-whole';
import { providerJson } from '../../json/provider-json';
import { modelName, never, STORED, unparsed } from '../../json/request-members';
import { openai } from '../openai';
import { readOpenaiUsage } from '../usage';

const schema = z.object({
  model: modelName,
  input: unparsed('input must be a string or an array'),
  store: never(`store ${STORED}`),
});

const FORMAT: JsonFormat<typeof schema> = {
  schema,
  unparsed: { input: { opensWith: /^["[]/, isFilled: true } },
};

interface EmbeddingsRequest extends MeteredRequest {
  readonly json: JsonBody;
}

/** OpenAI's embeddings. They have no output and no stream. */
export const embeddings: MeteredEndpoint<EmbeddingsRequest> = {
  id: 'embeddings',
  operation: 'embeddings',
  dialect: openai,
  path: '/v1/embeddings',
  providerPath: () => '/embeddings',
  summary: 'OpenAI’s dialect',
  checkContent: requireJson,
  parse: ({ bytes }) => {
    const { json, members } = readJson(bytes, FORMAT);
    return { json, model: members.model, stream: false, choices: 1, isOutputOpen: false, endUser: endUserIn(json) };
  },
  // A batch has many inputs, each within the model's context: together only their bytes bound them.
  bound: ({ json }) => ({
    inputTokensMax: json.bytes.length,
    outputTokensMax: 0,
    cacheWrites: [],
    dearerUnits: [],
    pricedUnits: [],
  }),
  providerBody: ({ json, stream }, changes) => providerJson(json, { stream, changes }),
  readAnswer: (body) =>
    readJsonAnswer(body, { outputMember: 'data', readUsage: ({ usage }) => readOpenaiUsage(usage) }),
  whole: JSON_WHOLE,
};
