import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { formatUsd } from '../../lambdas/domain/money/pico';
import { freePort } from '../support/free-port';
import {
  CHAT_MODEL,
  chatBody,
  costOf,
  usageDuring,
  type LocalRun,
  messagesBody,
  MESSAGES_MODEL,
  post,
  priceOf,
  responsesBody,
  startLocalRun,
  stopAndVerify,
} from './local-run';
import {
  chatCompletion,
  chatDelta,
  chatStop,
  chatUsage,
  DONE,
  event,
  message,
  messageDelta,
  messageStart,
  messageStream,
} from './provider-answers';
import { brokenStream, type ProviderScript, noAnswer, streamedAnswer, wholeAnswer } from './upstream';

let run: LocalRun;
beforeAll(async () => {
  // The provider is stopped ten seconds before the request's time limit, which here is after one second.
  run = await startLocalRun({ TOLLGATE_REQUEST_SECONDS: '11' });
});
afterAll(() => stopAndVerify(run));

const HI = [{ role: 'user' as const, content: 'Hi' }];

const refused = (status: number, headers = {}): ProviderScript =>
  wholeAnswer({ error: { message: 'the provider’s words' } }, status, headers);

describe('a provider that fails before it answers', () => {
  const reset: ProviderScript = (reply) => void reply.destroy();
  const cases: readonly (readonly [
    what: string,
    script: ProviderScript,
    status: number,
    message: string,
    anthropicType: string,
  ])[] = [
    ['answers 500', refused(500), 502, 'The provider % answered 500: the provider’s words', 'api_error'],
    [
      'answers 429',
      refused(429, { 'retry-after': '7' }),
      429,
      'The provider % limits what it serves at the moment: try again later.',
      'rate_limit_error',
    ],
    ['answers 529', refused(529), 529, 'The provider % answered 529: the provider’s words', 'overloaded_error'],
    ['answers 504', refused(504), 504, 'The provider % answered 504: the provider’s words', 'timeout_error'],
    [
      'answers 401, in a text that may quote the operator’s key',
      refused(401),
      502,
      'The provider % answered 401.',
      'api_error',
    ],
    ['answers 402, because the operator did not pay', refused(402), 502, 'The provider % answered 402.', 'api_error'],
    ['drops the connection', reset, 502, 'The provider % broke off its answer.', 'api_error'],
    [
      'answers with HTML',
      wholeAnswer('<h1>no</h1>', 502),
      502,
      'The provider % answered 502: <h1>no</h1>',
      'api_error',
    ],
  ];

  test.each(cases)('a provider that %s costs nothing', async (_what, script, status, text, anthropicType) => {
    run.upstream.answerWith(script);
    const { records, paidPico } = await usageDuring(run, async () => {
      const [chat, stream, response, messages] = await Promise.all([
        post(run, '/v1/chat/completions', chatBody()),
        post(run, '/v1/chat/completions', chatBody({ stream: true })),
        post(run, '/v1/responses', responsesBody({ stream: true })),
        post(run, '/v1/messages', messagesBody()),
      ]);
      for (const answer of [chat, stream, response, messages]) expect(answer.status).toBe(status);
      const type = status === 429 ? 'rate_limit_error' : 'server_error';
      const error = { message: text.replace('%', 'openai'), type, code: 'provider_error', param: null };
      expect(JSON.parse(chat.text)).toEqual({ error });
      expect(JSON.parse(stream.text)).toEqual({ error });
      expect(JSON.parse(response.text)).toEqual({ error });
      expect(JSON.parse(messages.text)).toEqual({
        type: 'error',
        error: { type: anthropicType, message: text.replace('%', 'anthropic') },
        request_id: messages.headers.get('request-id'),
      });
      if (status === 429) expect(chat.headers.get('retry-after')).toBe('7');
    });
    expect(records).toHaveLength(4);
    for (const record of records)
      expect(record).toMatchObject({ status: 'provider_error', httpStatus: status, costPico: 0n, usage: {} });
    expect(paidPico).toBe(0n);
  });

  test('the official clients see a provider’s rate limit as one, with the gateway’s request ID and no word about the operator', async () => {
    const words = 'Rate limit reached in organization org-4XcZmE3xwYjO on tokens per min.';
    run.upstream.answerWith(wholeAnswer({ error: { message: words } }, 429, { 'retry-after': '7' }));
    const { records } = await usageDuring(run, async () => {
      const chat = run.openai.chat.completions.create({ model: CHAT_MODEL, messages: HI });
      const limited = await chat.catch((error: unknown) => error);
      expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
      expect(limited).toMatchObject({ requestID: expect.stringMatching(/^req_/) as string, type: 'rate_limit_error' });
      const message = run.anthropic.messages.create({ model: MESSAGES_MODEL, max_tokens: 9, messages: HI });
      const refusal = await message.catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(Anthropic.RateLimitError);
      const { requestID, error } = refusal as InstanceType<typeof Anthropic.RateLimitError>;
      expect(requestID).toMatch(/^req_/);
      expect(error).toMatchObject({ request_id: requestID });
      expect(JSON.stringify([limited, refusal])).not.toMatch(/org-4/);
    });
    expect(records).toMatchObject([{ httpStatus: 429 }, { httpStatus: 429 }]);
  });

  test('a provider’s refusal of the request passes to the client unchanged', async () => {
    run.upstream.answerWith(refused(400));
    const { records } = await usageDuring(run, async () => {
      const answer = await post(run, '/v1/chat/completions', chatBody());
      expect([answer.status, answer.text]).toEqual([400, '{"error":{"message":"the provider’s words"}}']);
    });
    expect(records).toMatchObject([{ status: 'provider_error', httpStatus: 400, costPico: 0n }]);
  });
});

test('a whole answer that exceeds the request’s time limit ends with an error and is charged its upper bound', async () => {
  run.upstream.answerWith(noAnswer);
  const { records, paidPico } = await usageDuring(run, async () => {
    const [chat, messages] = await Promise.all([
      post(run, '/v1/chat/completions', chatBody({ max_tokens: 10 })),
      post(run, '/v1/messages', messagesBody()),
    ]);
    expect([chat.status, messages.status]).toEqual([504, 504]);
    const text = 'The gateway ended the request at its time limit.';
    expect(JSON.parse(chat.text)).toEqual({
      error: { message: text, type: 'server_error', code: 'request_stopped', param: null },
    });
    expect(JSON.parse(messages.text)).toEqual({
      type: 'error',
      error: { type: 'timeout_error', message: text },
      request_id: messages.headers.get('request-id'),
    });
    expect(chat.headers.get('x-should-retry')).toBe('false');
  });
  for (const record of records)
    expect(record).toMatchObject({ status: 'interrupted', httpStatus: 504, estimated: true });
  expect(records.map(({ usage }) => usage.output).sort()).toEqual([10, 100]);
  expect(records.reduce((sum, { costPico }) => sum + costPico, 0n)).toBe(paidPico);
});

test('an unreachable provider leads to a 502', async () => {
  const unreachable = await startLocalRun({ OPENAI_BASE_URL: `http://127.0.0.1:${await freePort()}/v1` });
  try {
    const { records } = await usageDuring(unreachable, async () => {
      const answer = await post(unreachable, '/v1/chat/completions', chatBody());
      expect(answer.status).toBe(502);
      expect(answer.text).toMatch('The provider openai could not be reached.');
    });
    expect(records).toMatchObject([{ status: 'provider_error', costPico: 0n }]);
  } finally {
    await unreachable.stop();
  }
});

describe('an interrupted stream', () => {
  const chatPrices = priceOf('openai', CHAT_MODEL);

  test('an interrupted chat stream ends with an error event, and an upper bound of what arrived is charged', async () => {
    run.upstream.answerWith(brokenStream([chatDelta('Hello'), chatDelta(' you'), 'data: {"half']));
    const { records, paidPico } = await usageDuring(run, async () => {
      const { status, text } = await post(run, '/v1/chat/completions', chatBody({ stream: true }));
      expect(status).toBe(200);
      const [first, second, error, cost] = text.split(/(?<=\n\n)/);
      expect([first, second]).toEqual([chatDelta('Hello'), chatDelta(' you')]);
      expect(JSON.parse(error?.slice('data: '.length) ?? '')).toMatchObject({
        error: { code: 'provider_error', type: 'server_error' },
      });
      expect(cost).toMatch(/^: x-tollgate-cost 0\.\d+\n\n$/);
      expect(text).not.toContain(DONE);
    });
    expect(records).toMatchObject([{ status: 'interrupted', estimated: true, httpStatus: 200 }]);
    const { usage } = records[0]!;
    expect(usage.output).toBe('Hello you'.length);
    expect(paidPico).toBe(costOf(chatPrices, { input: usage.input ?? 0, output: 9 }));
  });

  test('an interrupted message stream ends with an error event, and its reported input is charged', async () => {
    run.upstream.answerWith(
      brokenStream([messageStart({ input_tokens: 40, output_tokens: 1 }), messageDelta('Hello')]),
    );
    const { records } = await usageDuring(run, async () => {
      const { text } = await post(run, '/v1/messages', messagesBody({ stream: true }));
      expect(text).toMatch(
        /\n\nevent: error\ndata: \{"type":"error","error":\{"type":"api_error",.*\},"request_id":"req_\w+"\}\n\n: x-tollgate-cost /,
      );
    });
    expect(records).toMatchObject([{ status: 'interrupted', estimated: true, usage: { input: 40, output: 5 } }]);
  });

  test('a stream that is interrupted before its first event costs nothing', async () => {
    run.upstream.answerWith(brokenStream([': ok\n\n']));
    const { paidPico } = await usageDuring(run, () => post(run, '/v1/chat/completions', chatBody({ stream: true })));
    expect(paidPico).toBe(0n);
  });

  test('the official clients report an interrupted stream as an error', async () => {
    await usageDuring(run, async () => {
      run.upstream.answerWith(brokenStream([chatDelta('Hello')]));
      const stream = await run.openai.chat.completions.create({ model: CHAT_MODEL, messages: HI, stream: true });
      const reading = (async () => {
        for await (const chunk of stream) expect(chunk.choices[0]?.delta.content).toBe('Hello');
      })();
      await expect(reading).rejects.toThrow('broke off');
      run.upstream.answerWith(
        brokenStream(messageStream(['Hello'], { input_tokens: 4, output_tokens: 1 }, {}).slice(0, 3)),
      );
      const messages = run.anthropic.messages.stream({ model: MESSAGES_MODEL, max_tokens: 9, messages: HI });
      await expect(messages.finalText()).rejects.toThrow('broke off');
    });
  });

  test('an in-band error event of the provider passes to the client exactly once', async () => {
    const failure = event({ error: { message: 'overloaded', type: 'server_error' } });
    run.upstream.answerWith(streamedAnswer([chatDelta('Hello'), failure]));
    const { records } = await usageDuring(run, async () => {
      const { text } = await post(run, '/v1/chat/completions', chatBody({ stream: true }));
      expect(text.split(/(?<=\n\n)/).slice(0, -1)).toEqual([chatDelta('Hello'), failure]);
    });
    expect(records).toMatchObject([{ status: 'interrupted' }]);
  });

  test('a stream that goes silent is ended at the request’s time limit', async () => {
    run.upstream.answerWith(async (reply, { aborted }) => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.write(chatDelta('Hello'));
      await aborted;
    });
    const { records } = await usageDuring(run, async () => {
      const { text } = await post(run, '/v1/chat/completions', chatBody({ stream: true }));
      expect(text).toContain('request_stopped');
    });
    expect(records).toMatchObject([{ status: 'interrupted', estimated: true }]);
  });
});

describe('reported usage', () => {
  const malformed: readonly (readonly [what: string, usage: unknown])[] = [
    ['is absent', undefined],
    ['is null', null],
    ['is negative', { prompt_tokens: -5, completion_tokens: 5 }],
    ['is a string', { prompt_tokens: '5', completion_tokens: 5 }],
    ['is absurdly large', { prompt_tokens: 1e18, completion_tokens: 5 }],
    ['is a list', [1, 2]],
    ['does not add up', { prompt_tokens: 5, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 50 } }],
  ];

  test.each(malformed)('usage that %s is replaced by an upper bound within the hold', async (what, usage) => {
    const before = run.log.length;
    run.upstream.answerWith(wholeAnswer(chatCompletion('Hello', usage)));
    const answer = await usageDuring(run, () => post(run, '/v1/chat/completions', chatBody()));
    run.upstream.answerWith(
      streamedAnswer([
        chatDelta('Hello'),
        chatStop(),
        ...(usage === undefined ? [] : [event({ choices: [], usage })]),
        DONE,
      ]),
    );
    const stream = await usageDuring(run, () => post(run, '/v1/chat/completions', chatBody({ stream: true })));
    for (const { records } of [answer, stream])
      expect(records).toMatchObject([{ status: 'completed', estimated: true, overrunPico: 0n }]);
    expect(stream.records[0]?.usage.output).toBe(5);
    const codes = run.log.slice(before).join('');
    expect(codes).toMatch(what === 'is absent' || what === 'is null' ? 'USAGE_ABSENT' : 'USAGE_MALFORMED');
  });

  test('usage of explicit zero costs nothing', async () => {
    run.upstream.answerWith(
      streamedAnswer([
        chatDelta('Hello'),
        chatStop(),
        chatUsage({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }),
        DONE,
      ]),
    );
    const stream = await usageDuring(run, () => post(run, '/v1/chat/completions', chatBody({ stream: true })));
    run.upstream.answerWith(wholeAnswer(message('Hello', { input_tokens: 0, output_tokens: 0 })));
    const messages = await usageDuring(run, () => post(run, '/v1/messages', messagesBody()));
    expect([stream.paidPico, messages.paidPico]).toEqual([0n, 0n]);
    for (const { records } of [stream, messages])
      expect(records).toMatchObject([{ estimated: false, usage: { input: 0, output: 0 } }]);
  });

  test('malformed usage of a message stream is replaced by an upper bound', async () => {
    run.upstream.answerWith(streamedAnswer(messageStream(['Hello'], { input_tokens: 'x' }, { output_tokens: 4 })));
    const { records } = await usageDuring(run, () => post(run, '/v1/messages', messagesBody({ stream: true })));
    expect(records).toMatchObject([{ estimated: true, status: 'completed' }]);
  });

  test('usage above the hold is charged up to the hold, and the overrun is booked to the operator with an alarm', async () => {
    run.upstream.answerWith(
      wholeAnswer(chatCompletion('x', { prompt_tokens: 10, completion_tokens: 1_000_000, total_tokens: 1_000_010 })),
    );
    const { records, paidPico } = await usageDuring(run, () =>
      post(run, '/v1/chat/completions', chatBody({ max_tokens: 10 })),
    );
    const [record] = records;
    expect(paidPico).toBe(record?.costPico);
    expect((record?.costPico ?? 0n) + (record?.overrunPico ?? 0n)).toBe(
      costOf(priceOf('openai', CHAT_MODEL), { input: 10, output: 1_000_000 }),
    );
    expect(record?.overrunPico).toBeGreaterThan(0n);
    expect(run.log.join('')).toMatch('CHARGE_OVERRUN');
    expect(formatUsd(paidPico)).toMatch(/^0\./);
  });
});
