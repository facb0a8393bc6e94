import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import {
  CHAT_MODEL,
  type LocalRun,
  MESSAGES_MODEL,
  recordsOf,
  startLocalRun,
  stopAndVerify,
  usageDuring,
} from './local-run';
import { formatUsd } from '../../lambdas/domain/money/pico';
import { chatCompletion, message } from './provider-answers';
import { wholeAnswer } from './upstream';

const OPENAI_USAGE = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => stopAndVerify(run));

/** A connection that loses the answer to its first request, after the gateway has sent it. */
function losingFetch() {
  const statuses: number[] = [];
  const fetchOnce = async (...request: Parameters<typeof fetch>): Promise<Response> => {
    const response = await fetch(...request);
    statuses.push(response.status);
    if (statuses.length > 1) return response;
    await response.arrayBuffer();
    throw new TypeError('fetch failed');
  };
  return { statuses, fetch: fetchOnce };
}

const headers = (key: string) => ({ headers: { 'Idempotency-Key': key } });

test('the OpenAI client that lost an answer is charged once, and its retry tells it the request and the cost', async () => {
  run.upstream.answerWith(wholeAnswer(chatCompletion('Hello', OPENAI_USAGE)));
  const { statuses, fetch } = losingFetch();
  const openai = new OpenAI({ apiKey: run.gateway.account.apiKey, baseURL: run.gateway.url, maxRetries: 5, fetch });
  const { records, paidPico } = await usageDuring(run, async () => {
    const body = { model: CHAT_MODEL, messages: [{ role: 'user' as const, content: 'Hi' }] };
    const failed = await openai.chat.completions.create(body, headers('openai')).catch((error: unknown) => error);
    const [record] = await recordsOf(run);
    expect(failed).toBeInstanceOf(OpenAI.ConflictError);
    expect(failed).toMatchObject({
      code: 'idempotency_key_used',
      message: expect.stringContaining(record!.requestId) as string,
    });
    const told = (failed as InstanceType<typeof OpenAI.ConflictError>).headers;
    expect(told.get('x-tollgate-first-request-id')).toBe(record!.requestId);
    expect(told.get('x-tollgate-first-cost')).toBe(formatUsd(record!.costPico));
  });
  // The client does not retry the 409, although it has retries left.
  expect(statuses).toEqual([200, 409]);
  expect(records).toMatchObject([{ status: 'completed', costPico: paidPico }]);
});

test('the Anthropic client that lost an answer is charged once, and its retry tells it the request', async () => {
  run.upstream.answerWith(wholeAnswer(message('Hello', { input_tokens: 9, output_tokens: 2 })));
  const { statuses, fetch } = losingFetch();
  const baseURL = run.gateway.url.replace('/v1', '');
  const anthropic = new Anthropic({ apiKey: run.gateway.account.apiKey, baseURL, maxRetries: 5, fetch });
  const { records, paidPico } = await usageDuring(run, async () => {
    const body = {
      model: MESSAGES_MODEL,
      max_tokens: 50,
      messages: [{ role: 'user' as const, content: 'Hi' }],
    };
    const failed = await anthropic.messages.create(body, headers('anthropic')).catch((error: unknown) => error);
    const [record] = await recordsOf(run);
    expect(failed).toBeInstanceOf(Anthropic.ConflictError);
    expect(String(failed)).toContain(record!.requestId);
  });
  expect(statuses).toEqual([200, 409]);
  expect(records).toMatchObject([{ status: 'completed', costPico: paidPico }]);
});

test('a client whose provider failed gets its answer from the retry with the same Idempotency-Key', async () => {
  const body = { model: CHAT_MODEL, messages: [{ role: 'user' as const, content: 'Hi' }] };
  run.upstream.answerWith(wholeAnswer({ error: { message: 'overloaded' } }, 503));
  await expect(run.openai.chat.completions.create(body, headers('failed'))).rejects.toMatchObject({ status: 503 });
  run.upstream.answerWith(wholeAnswer(chatCompletion('Hello', OPENAI_USAGE)));
  const { choices } = await run.openai.chat.completions.create(body, headers('failed'));
  expect(choices[0]?.message.content).toBe('Hello');
});
