import type { Model } from '../../../../contracts/storage/catalog';
import { dearerUnits } from '../../dearer-units';
import type { MeteredEndpoint, RequestBound } from '../../endpoint';
import { readJsonAnswer } from '../../json/json-answer';
import { requireJson } from '../../json/json-content';
import { JSON_WHOLE } from '../../json/json-whole';
import { boundPrompt, cacheWritesOf } from '../../json/prompt-bound';
import { providerJson } from '../../json/provider-json';
import { anthropic } from '../anthropic';
import { isClaude } from '../claude';
import { readAnthropicUsage } from '../usage';
import { refuseUnknownMember } from './fixed-prompt';
import { inputCount } from './input-count';
import { type MessagesRequest, parseMessages } from './messages-request';
import { MessagesStream } from './messages-stream';
import { boundRounds } from './server-tools';

/** The most tokens that one image can count for: the largest size that the newest models accept. */
const IMAGE_TOKENS_MAX = 4_784;

/** Anthropic's messages. */
export const messages: MeteredEndpoint<MessagesRequest> = {
  id: 'messages',
  operation: 'chat',
  dialect: anthropic,
  path: '/v1/messages',
  // The base URL of Anthropic, as its official clients are configured with, has no version.
  providerPath: () => '/v1/messages',
  summary: 'Anthropic’s dialect, streamed or not',
  checkContent: requireJson,
  parse: ({ bytes }) => parseMessages(bytes),
  bound: boundMessages,
  inputCount,
  providerBody: ({ json, stream }, changes) => providerJson(json, { stream, changes }),
  readAnswer: (body, { dearestWrite }) =>
    readJsonAnswer(body, {
      outputMember: 'content',
      readUsage: ({ usage }) => readAnthropicUsage(usage, dearestWrite),
    }),
  whole: JSON_WHOLE,
  stream: (request) => new MessagesStream(request),
};

function boundMessages({ json, outputTokensMax, serverTools }: MessagesRequest, model: Model): RequestBound {
  if (isClaude(model.id)) refuseUnknownMember(json);
  const { inputTokensMax, toolsTokensMax, ...media } = boundPrompt(json, model, IMAGE_TOKENS_MAX);
  const { contextTokens } = model;
  const rounds = boundRounds({
    serverTools,
    promptTokensMax: inputTokensMax,
    toolsTokensMax,
    outputTokensMax: Math.min(outputTokensMax ?? model.outputTokensMax, contextTokens),
    contextTokens,
  });
  // Claude's prompts are cached only where a mark asks for it, wherever the model is served. Compatible providers of
  // other models may cache by themselves.
  const cacheWrites = cacheWritesOf(json, { isAutomatic: !isClaude(model.id) });
  return { ...rounds, cacheWrites, ...dearerUnits(media) };
}
