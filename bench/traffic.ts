/** The requests of the load generator and the responses of the upstream. */

const MODEL = 'gpt-4o-mini';
const CONTENT_EVENTS = 200;
/** A client sees one event for the role, those for the content, one for the finish, and `[DONE]`. */
export const EVENTS_PER_STREAM = CONTENT_EVENTS + 3;

const PROMPT = 'The quick brown fox jumps over the lazy dog while the five boxing wizards wait. '.repeat(10);
const ANSWER = 'Pack my box with five dozen liquor jugs, and then tell everybody how it was done. '.repeat(8);
const USAGE = { prompt_tokens: 210, completion_tokens: 180, total_tokens: 390 };
const OUTPUT_TOKENS_MAX = 256;

function request(prompt: string, stream: boolean): string {
  const messages = [{ role: 'user', content: prompt }];
  return JSON.stringify({ model: MODEL, messages, max_tokens: OUTPUT_TOKENS_MAX, ...(stream && { stream }) });
}

export const CHAT_REQUEST = request(PROMPT, false);

/** The pace is part of the prompt, so that it reaches the upstream through any proxy. */
export function streamRequest(paceMs: number): string {
  return request(`${PROMPT} Answer every ${paceMs} ms.`, true);
}

/** @returns undefined when the request does not ask for a stream */
export function parseStreamRequest(body: string): { readonly paceMs: number; readonly withUsage: boolean } | undefined {
  if (!body.includes('"stream":true')) return undefined;
  return {
    paceMs: Number(/Answer every (\d+) ms/.exec(body)?.[1] ?? 5),
    withUsage: body.includes('"include_usage":true'),
  };
}

const ANSWER_FIELDS = { id: 'chatcmpl-bench', created: 1_700_000_000, model: MODEL };
const message = { role: 'assistant', content: ANSWER, refusal: null };
export const CHAT_ANSWER = JSON.stringify({
  ...ANSWER_FIELDS,
  object: 'chat.completion',
  choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
  usage: USAGE,
});

function event(choices: readonly object[], usage: object): string {
  const chunk = { ...ANSWER_FIELDS, object: 'chat.completion.chunk', choices, ...usage };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function delta(content: object, finishReason: string | null, usage: object): string {
  return event([{ index: 0, delta: content, logprobs: null, finish_reason: finishReason }], usage);
}

const SENT_MARK = 'sent at ';
const MICROS_DIGITS = 16;

/** Reads a clock, in microseconds, that all processes on this machine share. */
export function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/**
 * The events of one stream, as functions that are called when the event is sent, because each content event contains
 * the time of sending. As with OpenAI, every event has a `usage` of null when the client asked for usage.
 */
export function streamEvents(withUsage: boolean): readonly (() => string)[] {
  const none = withUsage ? { usage: null } : {};
  const [before = '', after = ''] = delta({ content: `${SENT_MARK}@` }, null, none).split('@');
  const content = () => before + String(nowMicros()).padStart(MICROS_DIGITS, '0') + after;
  const first = delta({ role: 'assistant', content: '' }, null, none);
  const finish = delta({}, 'stop', none);
  const usage = event([], { usage: USAGE });
  return [
    () => first,
    ...Array.from({ length: CONTENT_EVENTS }, () => content),
    () => finish,
    ...(withUsage ? [() => usage] : []),
    () => 'data: [DONE]\n\n',
  ];
}

/** @returns when the event was sent, on the clock of `nowMicros`; undefined when the event does not contain it */
export function sentAtMicros(text: string): number | undefined {
  const mark = text.indexOf(SENT_MARK);
  if (mark === -1) return undefined;
  const start = mark + SENT_MARK.length;
  return Number(text.slice(start, start + MICROS_DIGITS));
}
