import {
  balanceOf,
  CHAT_MODEL,
  chatBody,
  costOf,
  usageDuring,
  EMBEDDINGS_MODEL,
  type LocalRun,
  MESSAGES_MODEL,
  messagesBody,
  post,
  priceOf,
  recordsOf,
  startLocalRun,
  stopAndVerify,
} from './local-run';
import { formatUsd } from '../../lambdas/domain/money/pico';
import {
  chatCompletion,
  chatDelta,
  chatStop,
  chatStream,
  chatUsage,
  DONE,
  message,
  messageStream,
} from './provider-answers';
import { streamedAnswer, wholeAnswer } from './upstream';

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => stopAndVerify(run));

const chatPrices = priceOf('openai', CHAT_MODEL);
const messagesPrices = priceOf('anthropic', MESSAGES_MODEL);

const CHAT_USAGE = {
  prompt_tokens: 100,
  completion_tokens: 50,
  total_tokens: 150,
  prompt_tokens_details: { cached_tokens: 30 },
  completion_tokens_details: { reasoning_tokens: 20 },
};
const CHAT_TOKENS = { input: 70, cachedInput: 30, output: 30, reasoning: 20 };
const CHAT_COST = costOf(chatPrices, CHAT_TOKENS);

const MESSAGE_USAGE = {
  input_tokens: 7,
  cache_read_input_tokens: 5,
  cache_creation_input_tokens: 5,
  output_tokens: 11,
  cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 2 },
};

describe('the official OpenAI client', () => {
  test('the OpenAI client gets a whole answer, and the wallet pays the reported usage to the pico-dollar', async () => {
    run.upstream.answerWith(wholeAnswer(chatCompletion('Hello', CHAT_USAGE)));
    const { records, paidPico } = await usageDuring(run, async () => {
      const { data, response } = await run.openai.chat.completions
        .create({ model: CHAT_MODEL, messages: [{ role: 'user', content: 'Hi' }] })
        .withResponse();
      expect(data.choices[0]?.message.content).toBe('Hello');
      expect(data.usage).toEqual(CHAT_USAGE);
      expect(response.headers.get('x-tollgate-cost')).toBe(formatUsd(CHAT_COST));
      expect(response.headers.get('openai-organization')).toBeNull();
    });
    expect(records).toMatchObject([
      {
        usage: CHAT_TOKENS,
        estimated: false,
        status: 'completed',
        httpStatus: 200,
        model: CHAT_MODEL,
        provider: 'openai',
        streamed: false,
      },
    ]);
    expect(records[0]?.costPico).toBe(CHAT_COST);
    expect(paidPico).toBe(CHAT_COST);
  });

  test('the OpenAI client gets a stream event by event', async () => {
    run.upstream.answerWith(streamedAnswer(chatStream(['Hel', 'lo'], CHAT_USAGE)));
    const { records, paidPico } = await usageDuring(run, async () => {
      const stream = await run.openai.chat.completions.create({
        model: CHAT_MODEL,
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
      });
      let text = '';
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        expect(chunk.usage).toBeNull();
      }
      expect(text).toBe('Hello');
    });
    expect(records).toMatchObject([{ usage: CHAT_TOKENS, streamed: true, status: 'completed' }]);
    expect(paidPico).toBe(CHAT_COST);
  });

  test('the OpenAI client gets the usage event of a stream when it asks for it', async () => {
    run.upstream.answerWith(streamedAnswer(chatStream(['Hello'], CHAT_USAGE)));
    await usageDuring(run, async () => {
      const stream = await run.openai.chat.completions.create({
        model: CHAT_MODEL,
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        stream_options: { include_usage: true },
      });
      const usages: unknown[] = [];
      for await (const chunk of stream) if (chunk.usage) usages.push(chunk.usage);
      expect(usages).toEqual([CHAT_USAGE]);
    });
  });

  test('an embeddings request is charged for its input', async () => {
    const usage = { prompt_tokens: 12, total_tokens: 12 };
    run.upstream.answerWith(
      wholeAnswer({
        object: 'list',
        model: 'm',
        data: [{ object: 'embedding', index: 0, embedding: [0.5, -1] }],
        usage,
      }),
    );
    const { records, paidPico } = await usageDuring(run, async () => {
      const answer = await run.openai.embeddings.create({
        model: EMBEDDINGS_MODEL,
        input: ['a', 'b'],
        encoding_format: 'float',
      });
      expect(answer.data[0]?.embedding).toEqual([0.5, -1]);
    });
    expect(records).toMatchObject([{ usage: { input: 12 }, endpoint: 'embeddings' }]);
    expect(paidPico).toBe(costOf(priceOf('openai', EMBEDDINGS_MODEL), { input: 12 }));
  });
});

describe('the official Anthropic client', () => {
  const tokens = { input: 7, cachedInput: 5, cacheWrite: 3, cacheWrite1h: 2, output: 11 };

  test('the Anthropic client gets a whole message', async () => {
    run.upstream.answerWith(wholeAnswer(message('Hello', MESSAGE_USAGE)));
    const { records, paidPico } = await usageDuring(run, async () => {
      const answer = await run.anthropic.messages.create({
        model: MESSAGES_MODEL,
        max_tokens: 50,
        messages: [{ role: 'user', content: 'Hi' }],
      });
      expect(answer.content).toEqual([{ type: 'text', text: 'Hello' }]);
      expect(answer.usage).toEqual(MESSAGE_USAGE);
    });
    expect(records).toMatchObject([{ usage: tokens, provider: 'anthropic', endpoint: 'messages', estimated: false }]);
    expect(paidPico).toBe(costOf(messagesPrices, tokens));
  });

  test('the Anthropic client gets a stream with its usage', async () => {
    const { output_tokens, ...input } = MESSAGE_USAGE;
    run.upstream.answerWith(
      streamedAnswer(messageStream(['Hel', 'lo'], { ...input, output_tokens: 1 }, { output_tokens })),
    );
    const { records, paidPico } = await usageDuring(run, async () => {
      const stream = run.anthropic.messages.stream({
        model: MESSAGES_MODEL,
        max_tokens: 50,
        messages: [{ role: 'user', content: 'Hi' }],
      });
      expect(await stream.finalText()).toBe('Hello');
    });
    expect(records).toMatchObject([{ usage: tokens, streamed: true, status: 'completed' }]);
    expect(paidPico).toBe(costOf(messagesPrices, tokens));
  });
});

describe('the bytes of a stream', () => {
  const cost = (pico: bigint) => `: x-tollgate-cost ${formatUsd(pico)}\n\n`;

  test('a stream passes byte for byte, without the usage event that the client did not ask for, and ends with its cost', async () => {
    run.upstream.answerWith(
      streamedAnswer([
        chatDelta('Héllo 🎈'),
        ': a comment\n\n',
        chatDelta('x'),
        chatStop(),
        chatUsage(CHAT_USAGE),
        DONE,
      ]),
    );
    const { text, headers } = await post(run, '/v1/chat/completions', chatBody({ stream: true }));
    expect(headers.get('content-type')).toMatch('text/event-stream');
    expect(text).toBe(
      [chatDelta('Héllo 🎈'), ': a comment\n\n', chatDelta('x'), chatStop(), DONE, cost(CHAT_COST)].join(''),
    );
    expect(run.upstream.received[0]?.json['stream_options']).toEqual({ include_usage: true });
  });

  test('a stream passes unchanged when the client asked for usage', async () => {
    const events = chatStream(['Hello'], CHAT_USAGE);
    run.upstream.answerWith(streamedAnswer(events));
    const { text } = await post(
      run,
      '/v1/chat/completions',
      chatBody({ stream: true, stream_options: { include_usage: true } }),
    );
    expect(text).toBe(events.join('') + cost(CHAT_COST));
  });

  test('a stream passes unchanged however the network splits it', async () => {
    const events = chatStream(['Héllo', ' wörld'], CHAT_USAGE);
    const bytes =
      Buffer.from(events.join(''))
        .toString('latin1')
        .match(/[\s\S]{1,37}/g) ?? [];
    run.upstream.answerWith(async (reply) => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const piece of bytes) await new Promise((resolve) => reply.write(Buffer.from(piece, 'latin1'), resolve));
      reply.end();
    });
    const { text } = await post(
      run,
      '/v1/chat/completions',
      chatBody({ stream: true, stream_options: { include_usage: true } }),
    );
    expect(text).toBe(events.join('') + cost(CHAT_COST));
  });

  test('a message stream passes unchanged', async () => {
    const events = messageStream(['Hello'], { input_tokens: 3, output_tokens: 1 }, { output_tokens: 4 });
    run.upstream.answerWith(streamedAnswer(events));
    const { text } = await post(run, '/v1/messages', messagesBody({ stream: true }));
    expect(text).toBe(events.join('') + cost(costOf(messagesPrices, { input: 3, output: 4 })));
  });
});

describe('the request to the provider', () => {
  test('promise-02 the provider gets the client’s body byte for byte, without identities, and none of the client’s headers', async () => {
    run.upstream.answerWith(wholeAnswer(chatCompletion('x', CHAT_USAGE)));
    const body = `{ "model":"${CHAT_MODEL}", "user":"jane@example.com","messages" : [{"role":"user","content":"\\u0041"}],"metadata":{"a":1},"max_tokens":5,"safety_identifier":"s","x_unknown":[1.50] }`;
    const headers = {
      'x-forwarded-for': '203.0.113.9',
      cookie: 'a=b',
      'user-agent': 'their-agent',
      'openai-beta': 'assistants=v2',
      'openai-organization': 'org-theirs',
    };
    await post(run, '/v1/chat/completions', body, headers);
    const [sent] = run.upstream.received;
    expect(sent?.body.toString()).toBe(
      `{ "model":"${CHAT_MODEL}","messages" : [{"role":"user","content":"\\u0041"}],"max_tokens":5,"x_unknown":[1.50] }`,
    );
    expect(Object.keys(sent?.headers ?? {}).sort()).toEqual([
      'accept',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'openai-beta',
    ]);
    expect(sent?.headers.authorization).toBe('Bearer provider-key-openai');
  });

  test('the provider gets the Anthropic protocol’s headers and its own key', async () => {
    run.upstream.answerWith(wholeAnswer(message('x', MESSAGE_USAGE)));
    await post(run, '/v1/messages', messagesBody({ metadata: { user_id: 'jane' } }), {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'a,b',
    });
    const [sent] = run.upstream.received;
    expect(sent?.path).toBe('/v1/messages');
    expect(sent?.json).not.toHaveProperty('metadata');
    expect(sent?.headers).toMatchObject({
      'x-api-key': 'provider-key-anthropic',
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'a,b',
    });
    expect(sent?.headers.authorization).toBeUndefined();
  });
});

test('the money that the wallet spent equals the sum of its usage records', async () => {
  const balance = await balanceOf(run);
  const records = await recordsOf(run);
  expect(records.reduce((sum, { costPico }) => sum + costPico, 0n)).toBe(balance.spentPico);
  expect(balance.availablePico + balance.spentPico).toBe(balance.fundedPico);
});
