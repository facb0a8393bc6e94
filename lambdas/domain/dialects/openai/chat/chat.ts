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
import { type ChatRequest, parseChat } from './chat-request';
import { ChatStream } from './chat-stream';
import { readChatUsage } from './chat-usage';

/** OpenAI's chat completions. */
export const chat: MeteredEndpoint<ChatRequest> = {
  id: 'chat',
  operation: 'chat',
  dialect: openai,
  path: '/v1/chat/completions',
  // The base URL of OpenAI, as its official clients are configured with, ends in /v1.
  providerPath: () => '/chat/completions',
  summary: 'OpenAI’s dialect, streamed or not',
  checkContent: requireJson,
  parse: ({ bytes }) => parseChat(bytes),
  bound: boundChat,
  providerBody: chatBody,
  readAnswer: (body) =>
    readJsonAnswer(body, { outputMember: 'choices', readUsage: (answer) => readChatUsage(answer, 1) }),
  whole: JSON_WHOLE,
  stream: (request) => new ChatStream(request),
};

function boundChat(request: ChatRequest, model: Model): RequestBound {
  const prompt = boundPrompt(request.json, model, IMAGE_TOKENS_MAX);
  const limit = Math.min(request.outputTokensMax ?? model.outputTokensMax, model.contextTokens);
  return {
    inputTokensMax: prompt.inputTokensMax,
    // OpenAI and most others that speak its dialect cache long prompts by themselves.
    cacheWrites: cacheWritesOf(request.json, { isAutomatic: true }),
    ...dearerUnits({ audio: prompt.audio || request.wantsAudio, image: prompt.image || request.wantsImage }),
    // Rejected predicted tokens are billed as output on top of the answer.
    outputTokensMax: limit * request.choices + (request.hasPrediction ? prompt.inputTokensMax : 0),
  };
}

/** Requests usage in every stream, and sets the wallet's limit if it is lower than the model's. */
function chatBody(request: ChatRequest, changes: BodyChanges): ProviderBody {
  const edits: Edit[] = [];
  if (request.stream && !request.wantsUsage) edits.push(askForUsage(request));
  if (changes.outputTokensCap !== undefined) edits.push(capOutput(request, changes.outputTokensCap));
  return providerJson(request.json, { stream: request.stream, changes, edits });
}

function askForUsage({ json: { bytes, scan }, streamOptions }: ChatRequest): Edit {
  const member = scan.members.get('stream_options');
  if (member === undefined) return insertMember(bytes, 'stream_options', '{"include_usage":true}');
  return replaceValue(member, JSON.stringify({ ...streamOptions, include_usage: true }));
}

function capOutput({ json: { bytes, scan } }: ChatRequest, outputTokensCap: number): Edit {
  const limit = scan.members.get('max_completion_tokens');
  // A null limit is a member too, and adding a second one with the same name would be ambiguous.
  if (limit) return replaceValue(limit, String(outputTokensCap));
  return insertMember(bytes, 'max_completion_tokens', String(outputTokensCap));
}
