import { chatCompletion, chatStream, message, messageStream } from '../e2e/provider-answers';
import { type ProviderScript, streamedAnswer, wholeAnswer } from '../e2e/upstream';

/** The most tokens that the clients allow in an answer. */
export const OUTPUT_TOKENS_MAX = 100;
/** Below the number of tokens that the shortest prompt is held for. */
const INPUT_TOKENS_MAX = 20;
const TEXTS_MAX = 10;

/** The prompt of a request is its number, so that the provider can tell requests apart. */
export const promptOf = (request: number): string => `request ${request}`;

/** Answers in both dialects. The length of an answer and its usage depend on the number of the request. */
export const provider =
  (onRequest: (request: number) => void): ProviderScript =>
  (reply, received) => {
    const request = requestOf(received.json);
    onRequest(request);
    return answer(request, received.path.endsWith('/messages'), received.json['stream'] === true)(reply, received);
  };

function answer(request: number, isMessages: boolean, isStreamed: boolean): ProviderScript {
  const [input, output] = [1 + (request % INPUT_TOKENS_MAX), 1 + (request % OUTPUT_TOKENS_MAX)];
  const texts = Array.from({ length: 1 + (request % TEXTS_MAX) }, (_, index) => `text ${index} `);
  if (isMessages) {
    const usage = { input_tokens: input, output_tokens: output };
    return isStreamed
      ? streamedAnswer(messageStream(texts, { input_tokens: input, output_tokens: 1 }, { output_tokens: output }))
      : wholeAnswer(message(texts.join(''), usage));
  }
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  return isStreamed ? streamedAnswer(chatStream(texts, usage)) : wholeAnswer(chatCompletion(texts.join(''), usage));
}

function requestOf(json: { readonly [name: string]: unknown }): number {
  const [last] = (json['messages'] as readonly { readonly content: string }[]).slice(-1);
  return Number(last?.content.split(' ').at(-1));
}
