import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chatBody, type LocalRun, messagesBody, post, responsesBody } from './local-run';
import {
  chatCompletion,
  chatDelta,
  chatStream,
  DONE,
  event,
  messageStream,
  named,
  response,
  responseDelta,
  responseStream,
} from './provider-answers';
import { brokenStream, streamedAnswer, wholeAnswer } from './upstream';

export const CARD = '4242424242424242';
/** A text that nobody else would write, and the number of a card. */
export const canary = `canary-${randomBytes(8).toString('hex')}-${CARD}`;
/** The forms in which it could be written anywhere. */
export const CANARIES = [
  CARD,
  canary,
  Buffer.from(canary).toString('base64').replace(/=+$/, ''),
  encodeURIComponent(canary),
];

export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Puts the canary into every part of valid requests and of the provider's answers. */
export async function sendCanaryEverywhere(run: LocalRun): Promise<void> {
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const content = {
    messages: [{ role: 'user', content: canary }],
    user: canary,
    metadata: { a: canary },
    [canary]: canary,
  };
  const tools = [{ type: 'function', function: { name: canary, description: canary } }];
  const headers = { 'x-note': canary, cookie: canary, 'user-agent': canary, 'x-forwarded-for': canary };
  const keyed = { ...headers, 'idempotency-key': canary };
  const send = (path: string, body: object) => post(run, path, body, headers);

  run.upstream.answerWith(wholeAnswer(chatCompletion(canary, usage)));
  await send('/v1/chat/completions', chatBody({ ...content, tools }));
  await send(`/v1/chat/completions?q=${canary}`, chatBody(content));
  // The first of them is charged, and the second is refused.
  for (const max_tokens of [10, 11])
    await post(run, '/v1/chat/completions', chatBody({ ...content, max_tokens }), keyed);
  run.upstream.answerWith(streamedAnswer(chatStream([canary, canary], usage)));
  await send('/v1/chat/completions', chatBody({ ...content, stream: true }));
  run.upstream.answerWith(
    streamedAnswer(messageStream([canary], { input_tokens: 1, output_tokens: 1 }, { output_tokens: 1 })),
  );
  await send('/v1/messages', messagesBody({ ...content, stream: true }));
  const parts = { input: canary, instructions: canary, prompt_cache_key: canary, client_metadata: { a: canary } };
  run.upstream.answerWith(streamedAnswer(responseStream([canary], { input_tokens: 1, output_tokens: 1 })));
  await send('/v1/responses', responsesBody({ ...parts, stream: true }));
  run.upstream.answerWith(brokenStream([responseDelta(canary), `data: {"${canary}`]));
  await send('/v1/responses', responsesBody({ ...parts, stream: true }));
  const failed = { ...response([]), status: 'failed', error: { code: canary, message: canary } };
  run.upstream.answerWith(streamedAnswer([named('response.failed', { response: failed })]));
  await send('/v1/responses', responsesBody({ ...parts, stream: true }));
  run.upstream.answerWith(
    wholeAnswer({ ...response(canary), id: canary, tool_usage: { web_search: { [canary]: 1 } } }),
  );
  await send('/v1/responses', responsesBody(parts));
  for (const status of [400, 401, 429, 500]) {
    run.upstream.answerWith(
      wholeAnswer({ error: { message: `you said ${canary}`, type: canary, code: canary } }, status, {
        'x-echo': canary,
      }),
    );
    await send('/v1/chat/completions', chatBody(content));
    await send('/v1/messages', messagesBody({ ...content, stream: true }));
    await send('/v1/responses', responsesBody({ ...parts, stream: true }));
  }
  run.upstream.answerWith(brokenStream([chatDelta(canary), `data: {"${canary}`]));
  await send('/v1/chat/completions', chatBody({ ...content, stream: true }));
  run.upstream.answerWith(streamedAnswer([chatDelta(canary), event({ error: { message: canary } }), DONE]));
  await send('/v1/chat/completions', chatBody({ ...content, stream: true }));
  run.upstream.answerWith(
    wholeAnswer(chatCompletion(canary, { prompt_tokens: canary, completion_tokens: 1, [canary]: 5 })),
  );
  await send('/v1/chat/completions', chatBody(content));
}

/** Puts the canary into requests that the gateway refuses. */
export async function sendCanaryInRefusedRequests(run: LocalRun): Promise<void> {
  const bad: readonly (readonly [string, string | object, object?])[] = [
    ['/v1/chat/completions', `{"${canary}`],
    ['/v1/chat/completions', chatBody({ model: canary })],
    ['/v1/chat/completions', chatBody({ service_tier: canary })],
    ['/v1/chat/completions', chatBody({ tools: [{ type: canary }] })],
    ['/v1/chat/completions', chatBody({ store: canary })],
    ['/v1/chat/completions', chatBody(), { authorization: `Bearer ${canary}` }],
    ['/v1/chat/completions', chatBody(), { 'content-type': canary }],
    ['/v1/responses', responsesBody({ previous_response_id: canary })],
    ['/v1/responses', responsesBody({ input: [{ id: canary }] })],
    ['/v1/responses', responsesBody({ input: [{ type: 'additional_tools', tools: [{ type: canary }] }] })],
    ['/v1/messages', messagesBody({ max_tokens: canary })],
    [`/v1/${canary}`, {}],
    [`/v1/requests/${canary}`, {}],
  ];
  for (const [path, body, headers] of bad) {
    const answer = await post(run, path, body, { ...headers });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  }
}
