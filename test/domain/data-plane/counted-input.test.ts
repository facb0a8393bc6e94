import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UndiciProviderClient } from '../../../lambdas/adapters/providers/undici-provider-client';
import type { Model, ProviderSettings } from '../../../lambdas/contracts/storage/catalog';
import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { CountLimit, COUNTS_PER_MINUTE_MAX } from '../../../lambdas/domain/data-plane/admission/count-limit';
import { COUNT_TIMEOUT_MS, countInput } from '../../../lambdas/domain/data-plane/admission/counted-input';
import type { ProviderClient } from '../../../lambdas/domain/data-plane/provider/provider-client';
import { ENDPOINTS } from '../../../lambdas/domain/dialects/registry';
import { modelOf } from '../catalog/example-catalog';
import { FakeClient } from './fake-client';
import { FakeProviders, silent as silentProvider, whole } from './fake-providers';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const CALLER = { accountId: 'acc_1', keyId: 'k' };
/** Far more bytes than tokens. */
const TEXT = 'a canary '.repeat(1_000);
const CLAUDE = modelOf({ id: 'claude', endpoints: ['messages'], contextTokens: 200_000 });

let server: Server;
let providers: UndiciProviderClient;
let answer: Answer;
let asked: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly json: unknown }[];
let now: number;
let countLimit: CountLimit;
let stop: AbortController;

beforeEach(async () => {
  // Only the time limits wait for the test. The server and its client need the other timers.
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date', 'performance'] });
  asked = [];
  answer = counts(1_000);
  now = Date.parse('2026-11-20T10:00:30Z');
  countLimit = new CountLimit({ clock: () => now });
  stop = new AbortController();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url = '', headers } = request;
      asked.push({ path: url, headers, json: JSON.parse(Buffer.concat(chunks).toString()) });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  providers = new UndiciProviderClient({ apiKey: () => 'sk-operator' });
});
afterEach(async () => {
  jest.useRealTimers();
  await providers.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const replies =
  (status: number, body: string): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(body);
const counts = (tokens: number): Answer => replies(200, JSON.stringify({ input_tokens: tokens }));
const silent: Answer = () => undefined;

const providerOf = (id: string, dialect: ProviderSettings['dialect'] = 'anthropic'): ProviderSettings => ({
  id,
  dialect,
  baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${id}`,
});

interface Counting {
  readonly extra?: object;
  readonly headers?: { readonly [name: string]: string };
  readonly providers?: readonly ProviderSettings[];
  readonly model?: Model;
  readonly sentAs?: string;
}

function prepare({ extra = {}, headers = {}, model = CLAUDE, sentAs, ...given }: Counting = {}) {
  const endpoint = ENDPOINTS.messages;
  const body = { model: 'claude', messages: [{ role: 'user', content: TEXT }], max_tokens: 50, ...extra };
  const request = endpoint.parse({ contentType: 'application/json', bytes: Buffer.from(JSON.stringify(body)) });
  const bound = endpoint.bound(request, model);
  const [first, ...others] = (given.providers ?? [providerOf('one')]).map((provider) => ({
    provider,
    model,
    bound,
    ...(sentAs !== undefined && { sentAs }),
  }));
  const client = new FakeClient({ path: endpoint.path, headers }, now + MINUTE_MS);
  const call = { endpoint, exchange: client, caller: CALLER, stop: stop.signal };
  const count = (through: ProviderClient = providers) =>
    countInput({ providers: through, countLimit }, call, request, [first!, ...others]);
  return { count, client, byteBound: bound.inputTokensMax };
}

/** The input that each target is bounded by, or undefined when nothing was counted. */
async function inputs(counting: Counting = {}): Promise<readonly number[] | undefined> {
  const targets = await prepare(counting).count();
  return targets?.map(({ bound }) => bound.inputTokensMax);
}

async function untilAsked(): Promise<void> {
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
}

test.each([
  [1, 202],
  [100, 303],
  [101, 305],
  [1_000, 1_230],
  [8_333, 8_783],
])('a count of %i tokens bounds the input by %i: 3 % more, rounded up, and 200 tokens', async (tokens, bound) => {
  answer = counts(tokens);
  expect(await inputs()).toEqual([bound]);
});

test('a count above the bytes of a request does not raise its bound', async () => {
  answer = counts(9_500);
  expect(prepare().byteBound).toBeLessThan(9_985);
  expect(await inputs()).toBeUndefined();
});

test('only the input of a counted target changes', async () => {
  const { count } = prepare();
  const [target] = (await count())!;
  expect(target).toEqual({
    provider: providerOf('one'),
    model: CLAUDE,
    bound: { ...target.bound, inputTokensMax: 1_230, outputTokensMax: 50 },
  });
});

test('a count is asked for with the prompt and the protocol’s headers, and without anything else of the request', async () => {
  const prompt = { system: 'be brief', tools: [{ name: 'f', input_schema: {} }], tool_choice: { type: 'any' } };
  const settings = { metadata: { user_id: 'someone' }, stream: true, temperature: 1, service_tier: 'auto' };
  const headers = { 'anthropic-beta': 'a-beta', 'openai-beta': 'another', 'x-secret': 'x' };
  await inputs({ extra: { ...settings, ...prompt }, headers, sentAs: 'claude-1' });
  expect(asked).toHaveLength(1);
  const [{ path, headers: sent, json }] = asked as [(typeof asked)[number]];
  expect(path).toBe('/one/v1/messages/count_tokens');
  expect(sent).toMatchObject({ 'anthropic-beta': 'a-beta', 'x-api-key': 'sk-operator' });
  expect([sent['openai-beta'], sent['x-secret']]).toEqual([undefined, undefined]);
  expect(json).toEqual({ model: 'claude-1', messages: [{ role: 'user', content: TEXT }], ...prompt });
});

test('the prompt before its context is edited counts, if it is larger', async () => {
  const edited = (original: number) =>
    replies(200, JSON.stringify({ input_tokens: 100, context_management: { original_input_tokens: original } }));
  const extra = { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } };
  answer = edited(1_000);
  expect(await inputs({ extra })).toEqual([1_230]);
  expect(asked[0]!.json).toMatchObject(extra);
  answer = edited(50);
  expect(await inputs({ extra })).toEqual([303]);
});

test('a target whose provider does not count keeps the bound of its bytes', async () => {
  answer = (response, request) => {
    const play = request.url?.startsWith('/two') === true ? counts(1_000) : replies(404, '<html>');
    play(response, request);
  };
  const { count, byteBound } = prepare({ providers: [providerOf('one'), providerOf('two')] });
  expect((await count())?.map(({ bound }) => bound.inputTokensMax)).toEqual([byteBound, 1_230]);
});

test.each([
  ['an error', 400, '{"type":"error","error":{"type":"invalid_request_error"}}'],
  ['a count with an error’s status', 500, '{"input_tokens":10}'],
  ['text', 200, 'ten'],
  ['nothing', 200, ''],
  ['no count', 200, '{"tokens":10}'],
  ['zero, a placeholder', 200, '{"input_tokens":0}'],
  ['a negative count', 200, '{"input_tokens":-1}'],
  ['a fraction', 200, '{"input_tokens":10.5}'],
  ['text for a count', 200, '{"input_tokens":"10"}'],
  ['a count that no prompt has', 200, '{"input_tokens":1e15}'],
  ['an odd count of the unedited prompt', 200, '{"input_tokens":1,"context_management":{"original_input_tokens":"x"}}'],
  ['far more than a count', 200, `{"input_tokens":10,"x":"${'x'.repeat(70_000)}"}`],
])('a provider that answers with %s leaves the bound of the bytes', async (_what, status, body) => {
  answer = replies(status, body);
  expect(await inputs()).toBeUndefined();
  expect(asked).toHaveLength(1);
});

test('a provider that breaks off leaves the bound of the bytes', async () => {
  answer = (response) => void response.destroy();
  expect(await inputs()).toBeUndefined();
});

const media = (type: string, source: object) => ({ messages: [{ role: 'user', content: [{ type, source }] }] });
test.each([
  ['an image by its URL', { extra: media('image', { type: 'url', url: 'https://example.com/a.png' }) }],
  ['a document by its URL', { extra: media('document', { type: 'url', url: 'https://example.com/a.pdf' }) }],
  ['a file that the provider keeps', { extra: media('document', { type: 'file', file_id: 'file_1' }) }],
  ['a page to be fetched', { extra: { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] } }],
  ['a search of its tools', { extra: { tools: [{ type: 'tool_search_tool_regex_20251119', name: 't' }] } }],
  ['another company’s model', { model: { ...CLAUDE, id: 'glm' } }],
])('a request with %s is not counted', async (_what, counting) => {
  expect(await inputs(counting)).toBeUndefined();
  expect(asked).toEqual([]);
});

test('a provider of another dialect is not asked for a count', async () => {
  expect(await inputs({ providers: [providerOf('one', 'openai')] })).toBeUndefined();
  expect(asked).toEqual([]);
});

test('an image and a document in the body itself are counted', async () => {
  const content = ['image', 'document'].map((type) => ({ type, source: { type: 'base64', data: 'A'.repeat(9_000) } }));
  expect(await inputs({ extra: { messages: [{ role: 'user', content }] } })).toEqual([1_230]);
});

test('an endpoint without a count of its input asks nobody', async () => {
  const endpoint = ENDPOINTS.chat;
  const bytes = Buffer.from(JSON.stringify({ model: 'claude', messages: [{ role: 'user', content: TEXT }] }));
  const request = endpoint.parse({ contentType: '', bytes });
  const target = { provider: providerOf('one'), model: CLAUDE, bound: endpoint.bound(request, CLAUDE) };
  const call = { endpoint, exchange: new FakeClient({}, now), caller: CALLER, stop: stop.signal };
  expect(await countInput({ providers, countLimit }, call, request, [target])).toBeUndefined();
  expect(asked).toEqual([]);
});

describe('an end of the count', () => {
  test('a provider that has not counted after half a second leaves the bound of the bytes', async () => {
    answer = silent;
    const counting = prepare().count();
    let isOver = false;
    void counting.then(() => (isOver = true));
    await untilAsked();
    await jest.advanceTimersByTimeAsync(COUNT_TIMEOUT_MS - 1);
    expect(isOver).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await counting).toBeUndefined();
  });

  test('a provider in time counts although another one is silent', async () => {
    const fakes = new FakeProviders();
    fakes.play(silentProvider, whole({ input_tokens: 1_000 }));
    const { count, byteBound } = prepare({ providers: [providerOf('one'), providerOf('two')] });
    const counting = count(fakes);
    const silentCall = await fakes.asked();
    await jest.advanceTimersByTimeAsync(COUNT_TIMEOUT_MS);
    expect((await counting)?.map(({ bound }) => bound.inputTokensMax)).toEqual([byteBound, 1_230]);
    expect([silentCall.aborted, jest.getTimerCount()]).toEqual([true, 0]);
  });

  test('a client that leaves ends the count at the provider', async () => {
    answer = silent;
    const { count, client } = prepare();
    const counting = count();
    await untilAsked();
    client.leave();
    expect(await counting).toBeUndefined();
  });

  test('a host that stops ends the count, and the request with it', async () => {
    answer = silent;
    const counting = prepare().count();
    await untilAsked();
    stop.abort('shutdown');
    await expect(counting).rejects.toMatchObject({ status: 503, code: 'request_stopped' });
  });

  test('a host that has stopped before sends nothing', async () => {
    stop.abort('shutdown');
    await expect(prepare().count()).rejects.toMatchObject({ code: 'request_stopped' });
    expect(asked).toEqual([]);
  });
});

describe('the limit of counts', () => {
  test('an account has a limited number of counts a minute in one process, and each provider’s count is one', () => {
    expect(countLimit.take('acc_1', COUNTS_PER_MINUTE_MAX - 1)).toBe(true);
    expect(countLimit.take('acc_1', 2)).toBe(false);
    expect(countLimit.take('acc_1', 1)).toBe(true);
    expect(countLimit.take('acc_1', 1)).toBe(false);
    expect(countLimit.take('acc_2', 1)).toBe(true);
    now += MINUTE_MS / 2;
    expect(countLimit.take('acc_1', 1)).toBe(true);
  });

  test('an account at its limit of counts keeps the bound of the bytes, and no provider is asked', async () => {
    countLimit.take(CALLER.accountId, COUNTS_PER_MINUTE_MAX - 1);
    expect(await inputs({ providers: [providerOf('one'), providerOf('two')] })).toBeUndefined();
    expect(asked).toEqual([]);
    expect(await inputs()).toEqual([1_230]);
    expect(await inputs()).toBeUndefined();
  });
});
