import type { MeteredEndpoint } from '../../endpoint';
import { readJsonAnswer } from '../../json/json-answer';
import { requireJson } from '../../json/json-content';
import { boundPrompt } from '../../json/prompt-bound';
import { providerJson } from '../../json/provider-json';
import { anthropic } from '../anthropic';
import { readAnthropicUsage } from '../usage';
import { type MessagesRequest, parseMessages } from './messages-request';
import { MessagesStream } from './messages-stream';

/** Anthropic's messages. */
export const messages: MeteredEndpoint<MessagesRequest> = {
  id: 'messages',
  dialect: anthropic,
  path: '/v1/messages',
  // The base URL that Anthropic's official clients use has no version.
  providerPath: '/v1/messages',
  summary: 'Anthropic’s dialect, streamed or not',
  checkContent: requireJson,
  parse: ({ bytes }) => parseMessages(bytes),
  bound: ({ json, outputTokensMax }, model) => ({
    ...boundPrompt(json, model, anthropic.imageTokensMax),
    outputTokensMax: Math.min(outputTokensMax, model.contextTokens),
  }),
  providerBody: ({ json, stream }, changes) => providerJson(json, { stream, changes }),
  readAnswer: (headers, body) =>
    readJsonAnswer(headers, body, { outputMember: 'content', readUsage: readAnthropicUsage }),
  stream: () => new MessagesStream(),
};
