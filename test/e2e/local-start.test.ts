import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { type Child, type DevFile, killChildren, runScript, start, tollgate } from './child-process';
import { fromSource } from './programs';
import { temporaryFolder } from './temporary-folder';
import { chatDelta } from './provider-answers';
import { endlessStream, Upstream } from './upstream';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await killChildren();
  rmSync(folder, { recursive: true });
});

const wallet = async ({ accountId }: DevFile) =>
  JSON.parse((await tollgate(folder, 'wallet', accountId)).out) as { [name: string]: string };

async function interrupt(child: Child): Promise<void> {
  child.kill('SIGINT');
  expect(await child.ended).toBe(0);
}

test('a first start prints a working example request for an account with $5.00, and a second start keeps the account', async () => {
  // This gateway runs from its source, as with `npm start`. The other tests start the same program bundled.
  const first = await start(folder, {}, fromSource);
  expect(first.gatewayUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  expect(first.out()).toContain(first.apiKey);
  expect(first.out()).toContain('$5.00');
  const [line = ''] = /^curl .*$/m.exec(first.out()) ?? [];
  const [, url = '', authorization = '', body = ''] = /^curl (\S+) -H "(.+?)" -H ".+?" -d '(.*)'$/.exec(line) ?? [];
  const answer = await fetch(url, {
    method: 'POST',
    body,
    headers: { authorization: authorization.slice('authorization: '.length), 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(200);
  const spent = answer.headers.get('x-tollgate-cost');
  expect(Number(spent)).toBeGreaterThan(0);
  await interrupt(first);
  expect(first.err()).not.toContain('"level":"error"');

  const second = await start(folder);
  expect([second.apiKey, second.accountId]).toEqual([first.apiKey, first.accountId]);
  expect(await wallet(second)).toMatchObject({ spent, funded: '5.00', held: '0.00' });
  await interrupt(second);
});

test('the demo model answers both official clients, with and without streaming', async () => {
  const { gatewayUrl, apiKey } = await start(folder);
  const openai = new OpenAI({ apiKey, baseURL: gatewayUrl, maxRetries: 0 });
  const anthropic = new Anthropic({ apiKey, baseURL: gatewayUrl.replace('/v1', ''), maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'Hi' }];

  const chat = await openai.chat.completions.create({ model: 'demo', messages });
  expect(chat.usage?.completion_tokens).toBeGreaterThan(10);
  let text = '';
  let chunks = 0;
  for await (const chunk of await openai.chat.completions.create({ model: 'demo', messages, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? '';
    chunks += 1;
  }
  expect(text).toBe(chat.choices[0]?.message.content);
  expect(chunks).toBeGreaterThan(5);
  const response = await openai.responses.create({ model: 'demo', input: 'Hi' });
  expect([response.output_text, response.usage?.output_tokens]).toEqual([text, chat.usage?.completion_tokens]);
  const stream = openai.responses.stream({ model: 'demo', input: 'Hi' });
  expect((await stream.finalResponse()).output_text).toBe(text);
  expect((await openai.embeddings.create({ model: 'demo', input: ['a', 'b'] })).data).toHaveLength(2);
  const message = await anthropic.messages.create({ model: 'demo', max_tokens: 100, messages });
  const count = await anthropic.messages.countTokens({ model: 'demo', messages });
  expect(count.input_tokens).toBe(message.usage.input_tokens);
  expect(message.usage.output_tokens).toBe(chat.usage?.completion_tokens);
  expect(await anthropic.messages.stream({ model: 'demo', max_tokens: 100, messages }).finalText()).toBe(text);
});

test('the demo model respects the output limit of a request', async () => {
  const run = await start(folder);
  const openai = new OpenAI({ apiKey: run.apiKey, baseURL: run.gatewayUrl, maxRetries: 0 });
  const anthropic = new Anthropic({ apiKey: run.apiKey, baseURL: run.gatewayUrl.replace('/v1', ''), maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  for (const limit of [{ max_tokens: 5 }, { max_completion_tokens: 5 }]) {
    const { choices, usage } = await openai.chat.completions.create({ model: 'demo', messages, ...limit });
    expect([choices[0]?.finish_reason, usage?.completion_tokens]).toEqual(['length', 5]);
  }
  const response = await openai.responses.create({ model: 'demo', input: 'Hi', max_output_tokens: 5 });
  expect([response.status, response.usage?.output_tokens]).toEqual(['incomplete', 5]);
  const message = await anthropic.messages.create({ model: 'demo', max_tokens: 5, messages });
  expect([message.stop_reason, message.usage.output_tokens]).toEqual(['max_tokens', 5]);
  expect(run.out() + run.err()).not.toContain('CHARGE_OVERRUN');
});

test('a killed gateway returns the held money at its next start, and its ledger adds up', async () => {
  const upstream = await Upstream.start();
  try {
    upstream.answerWith(endlessStream([chatDelta('Hello')]));
    const environment = { OPENAI_BASE_URL: `${upstream.url}/v1` };
    const first = await start(folder, environment);
    const stream = await openStream(first);
    expect(Number((await wallet(first))['held'])).toBeGreaterThan(0);
    first.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    await expect(stream.rest).rejects.toThrow();

    const second = await start(folder, environment);
    expect(second.out()).toContain('Returned the money held by 1 interrupted request(s)');
    expect(await wallet(second)).toMatchObject({ available: '5.00', held: '0.00', spent: '0.00' });
    expect(await tollgate(folder, 'ledger', 'verify')).toMatchObject({ code: 0, err: '' });
    const records = (await tollgate(folder, 'usage', second.accountId)).out.trim().split('\n');
    expect(records.map((line) => JSON.parse(line) as object)).toMatchObject([
      { status: 'expired', cost: '0.00', usage: {} },
    ]);
    await interrupt(second);
  } finally {
    await upstream.stop();
  }
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'a gateway that gets %s settles its requests before it exits',
  async (signal) => {
    const upstream = await Upstream.start();
    try {
      upstream.answerWith(endlessStream([chatDelta('Hello')]));
      const gateway = await start(folder, { OPENAI_BASE_URL: `${upstream.url}/v1` });
      const stream = await openStream(gateway);
      gateway.kill(signal);
      expect(await gateway.ended).toBe(0);
      expect(await stream.rest).toMatch(/request_stopped[^]*x-tollgate-cost/);
      const { held, spent } = await wallet(gateway);
      expect([held, Number(spent) > 0]).toEqual(['0.00', true]);
      const [record] = (await tollgate(folder, 'usage', gateway.accountId)).out.trim().split('\n');
      expect(JSON.parse(record ?? '')).toMatchObject({ status: 'interrupted', cost: spent, estimated: true });
    } finally {
      await upstream.stop();
    }
  },
);

test('a second gateway on the same folder fails with one line, and the first keeps running', async () => {
  const first = await start(folder);
  const second = runScript('local/start.ts', [], { PORT: '0', TOLLGATE_DATA: folder });
  expect(await second.ended).toBe(1);
  expect(second.err()).toBe(`The data folder ${folder} is in use by a running gateway (process ${first.pid}).\n`);
  expect((await fetch(first.gatewayUrl.replace('/v1', '/healthz'))).status).toBe(200);
});

test('a start on a port in use fails with one line and leaves the folder free', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const child = runScript('local/start.ts', [], { PORT: String(port), TOLLGATE_DATA: folder });
  expect(await child.ended).toBe(1);
  expect(child.err()).toBe(`Port ${port} is already in use: set PORT to another one.\n`);
  await new Promise((resolve) => other.close(resolve));
  await interrupt(await start(folder, { PORT: String(port) }));
});

test('a start with an invalid setting fails with one line', async () => {
  const child = runScript('local/start.ts', [], { PORT: 'eight', TOLLGATE_DATA: folder });
  expect(await child.ended).toBe(1);
  expect(child.err()).toBe('PORT must be a whole number from 0 to 65535.\n');
});

/** Opens a stream and waits for its first event; `rest` resolves to its whole text when it ends. */
async function openStream({ gatewayUrl, apiKey }: DevFile): Promise<{ readonly rest: Promise<string> }> {
  const response = await fetch(`${gatewayUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
  });
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  if (reader === undefined) throw new Error('the answer has no body');
  const decoder = new TextDecoder();
  let text = decoder.decode((await reader.read()).value, { stream: true });
  expect(text).toContain('Hello');
  const readToEnd = async (): Promise<string> => {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read())
      text += decoder.decode(piece.value, { stream: true });
    return text;
  };
  const rest = readToEnd();
  // A killed gateway breaks the stream before the test awaits `rest`, which must not count as an unhandled rejection.
  rest.catch(() => undefined);
  return { rest };
}
