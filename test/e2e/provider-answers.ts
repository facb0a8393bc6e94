/** Builders for the answers of OpenAI's and Anthropic's APIs. */

export const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;
export const DONE = 'data: [DONE]\n\n';

const CHUNK = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' };

export const chatDelta = (content: string): string =>
  event({ ...CHUNK, choices: [{ index: 0, delta: { content }, finish_reason: null }], usage: null });

export const chatStop = (): string =>
  event({ ...CHUNK, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null });

export const chatUsage = (usage: object): string => event({ ...CHUNK, choices: [], usage });

export const chatStream = (texts: readonly string[], usage: object): string[] => [
  ...texts.map(chatDelta),
  chatStop(),
  chatUsage(usage),
  DONE,
];

export const chatCompletion = (content: string, usage?: unknown): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [
    { index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: 'stop', logprobs: null },
  ],
  ...(usage === undefined ? {} : { usage }),
});

/** An event of Anthropic's API, which names each one. */
export const named = (name: string, data: object): string =>
  `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;

export const messageStart = (usage: object): string =>
  named('message_start', {
    message: { id: 'msg_1', type: 'message', role: 'assistant', content: [], model: 'm', stop_reason: null, usage },
  });

export const messageDelta = (text: string): string =>
  named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });

export const messageStream = (texts: readonly string[], input: object, output: object): string[] => [
  messageStart(input),
  named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ...texts.map(messageDelta),
  named('content_block_stop', { index: 0 }),
  named('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: output }),
  named('message_stop', {}),
];

export const message = (text: string, usage?: unknown): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  stop_reason: 'end_turn',
  stop_sequence: null,
  content: [{ type: 'text', text }],
  ...(usage === undefined ? {} : { usage }),
});

const RESPONSE = { id: 'resp_1', object: 'response', created_at: 1, model: 'm', error: null, incomplete_details: null };

/** An item of a response: a message of the model. */
export const messageItem = (text: string): object => ({
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
});

/** A whole answer of OpenAI's Responses API. @param output its items, or the text of its only message */
export const response = (output: string | readonly object[], usage?: unknown): object => ({
  ...RESPONSE,
  status: 'completed',
  output: typeof output === 'string' ? [messageItem(output)] : output,
  ...(usage === undefined ? {} : { usage }),
});

/** The first event of a response. */
export const responseCreated = (): string =>
  named('response.created', { response: { ...RESPONSE, status: 'in_progress', output: [], usage: null } });

export const responseDelta = (delta: string): string =>
  named('response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta, logprobs: [] });

/** The last event of a response. */
export const responseEnd = (output: string | readonly object[], usage?: unknown): string =>
  named('response.completed', { response: response(output, usage) });

/** The events of a response with one message. */
export const responseStream = (texts: readonly string[], usage?: unknown): string[] => {
  const item = messageItem(texts.join(''));
  return [
    responseCreated(),
    named('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress', content: [] } }),
    named('response.content_part.added', {
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      part: { type: 'output_text', text: '', annotations: [], logprobs: [] },
    }),
    ...texts.map(responseDelta),
    named('response.output_item.done', { output_index: 0, item }),
    responseEnd([item], usage),
  ].map(numbered);
};

/** Gives an event of a response its place in the stream. */
function numbered(text: string, index: number): string {
  return text.replace('"type":', `"sequence_number":${index},"type":`);
}
