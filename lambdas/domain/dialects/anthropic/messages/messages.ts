import type { Model } from '../../../../contracts/storage/catalog';
import { dearerUnits } from '../../dearer-units';
import type { MeteredEndpoint, RequestBound } from '../../endpoint';
import { readJsonAnswer } from '../../json/json-answer';
import { requireJson } from '../../json/json-content';
import { JSON_WHOLE } from '../../json/json-whole';
import { boundPrompt } from '../../json/prompt-bound';
import { providerJson } from '../../json/provider-json';
import { anthropic } from '../anthropic';
import { readAnthropicUsage } from '../usage';
import { type MessagesRequest, parseMessages } from './messages-request';
import { MessagesStream } from './messages-stream';

/** The most tokens that one image can count for: the largest size that the newest models accept. */
const IMAGE_TOKENS_MAX = 4_784;

/** Anthropic's messages. */
export const messages: MeteredEndpoint<MessagesRequest> = {
  id: 'messages',
  dialect: anthropic,
  path: '/v1/messages',
  // The base URL of Anthropic, as its official clients are configured with, has no version.
  providerPath: () => '/v1/messages',
  summary: 'Anthropic’s dialect, streamed or not',
  checkContent: requireJson,
  parse: ({ bytes }) => parseMessages(bytes),
  bound: boundMessages,
  providerBody: ({ json, stream }, changes) => providerJson(json, { stream, changes }),
  readAnswer: (headers, body) =>
    readJsonAnswer(headers, body, { outputMember: 'content', readUsage: readAnthropicUsage }),
  whole: JSON_WHOLE,
  stream: () => new MessagesStream(),
};

function boundMessages({ json, outputTokensMax }: MessagesRequest, model: Model): RequestBound {
  const { inputTokensMax, ...media } = boundPrompt(json, model, IMAGE_TOKENS_MAX);
  return { inputTokensMax, ...dearerUnits(media), outputTokensMax: Math.min(outputTokensMax, model.contextTokens) };
}
