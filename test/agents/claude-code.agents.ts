import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../e2e/until';
import { COMMAND, PRINTED } from './agent-answers';
import { AgentRun } from './agent-run';

const TASK = ['-p', 'Add two numbers with a command', '--allowedTools', 'Bash', '--output-format', 'json'];

/** The fields that the tests read of what Claude Code prints at the end of a task. */
interface Result {
  readonly is_error: boolean;
  readonly num_turns: number;
  readonly result: string;
  readonly total_cost_usd: number;
}

let run: AgentRun;
beforeEach(async () => {
  run = await AgentRun.start();
});
afterEach(() => run.stop());

/** Runs a task to its end. */
async function solve(args: readonly string[], environment = {}): Promise<{ code: number | string; result: Result }> {
  const child = run.claude(args, environment);
  const code = await child.ended;
  return { code, result: JSON.parse(child.out()) as Result };
}

const MESSAGES = 'POST /v1/messages?beta=true';
const WAYS: [string, string[]][] = [
  ['with three tools (--bare)', ['--bare', ...TASK]],
  ['with all its tools', TASK],
];

test.each(WAYS)(
  'Claude Code %s finishes a task of two turns with a tool call, and reaches only the gateway',
  async (_which, args) => {
    const { code, result } = await solve(args);
    expect({ code, result }).toMatchObject({
      code: 0,
      result: { is_error: false, num_turns: 2, result: `The command printed ${PRINTED}.` },
    });
    expect(run.requests).toEqual([MESSAGES, MESSAGES]);
    expect(run.proxy.refused).toEqual([]);
  },
);

test.each(WAYS)('the second turn of Claude Code %s sends the result of its tool to the provider', async (_, args) => {
  await solve(args);
  const [first, second] = run.provider.received.map(({ body }) => body.toString());
  expect(first).not.toContain(PRINTED);
  expect(second).toContain(JSON.stringify(COMMAND).slice(1, -1));
  expect(second).toContain(PRINTED);
});

test.each(WAYS)(
  'the wallet pays exactly what the provider reports for each request of Claude Code %s, which shows the same cost',
  async (_which, args) => {
    const { result } = await solve(args);
    expect(run.provider.reported).toHaveLength(2);
    expect(result.total_cost_usd).toBeCloseTo(Number(await run.expectExactCharges()), 12);
  },
);

test('Claude Code finishes its task with the key as a bearer token (ANTHROPIC_AUTH_TOKEN)', async () => {
  const { code, result } = await solve(TASK, { ANTHROPIC_API_KEY: '', ANTHROPIC_AUTH_TOKEN: run.gateway.apiKey });
  expect({ code, result }).toMatchObject({ code: 0, result: { result: `The command printed ${PRINTED}.` } });
  await run.expectExactCharges();
});

test('Claude Code with an empty wallet says what is missing and what to do, and asks only once', async () => {
  const { code, result } = await solve(TASK, { ANTHROPIC_API_KEY: await run.poorKey() });
  expect({ code, result }).toMatchObject({ code: 1, result: { is_error: true } });
  expect(result.result).toMatch(
    /^API Error: 402 The wallet has \$0\.00 available; .* Add money to the wallet, or allow less output\.$/,
  );
  expect(run.requests).toEqual([MESSAGES]);
  expect(run.provider.received).toEqual([]);
});

test('Claude Code with its default model finishes its task on $2.50 while another client streams', async () => {
  const { accountId, apiKey } = await run.createAccount('2.50');
  const isOther = ({ json }: { json: { readonly [name: string]: unknown } }): boolean => json['max_tokens'] === 32_000;
  const release = run.provider.pauseIn(isOther);
  const other = await fetch(`${run.gateway.gatewayUrl}/messages`, {
    method: 'POST',
    headers: { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'claude-sonnet-5',
      max_tokens: 32_000,
      stream: true,
      messages: [{ role: 'user', content: 'Tell me a story.'.repeat(40) }],
    }),
  });
  expect(other.status).toBe(200);
  expect(Number((await run.wallet(accountId)).held)).toBeGreaterThan(0);
  const { code, result } = await solve(TASK, { ANTHROPIC_API_KEY: apiKey });
  expect({ code, result }).toMatchObject({
    code: 0,
    result: { num_turns: 2, result: `The command printed ${PRINTED}.` },
  });
  const limits = run.provider.received.filter((received) => !isOther(received)).map(({ json }) => json['max_tokens']);
  // The default of the model: its worst case alone is more than the wallet has.
  expect(limits).toEqual([128_000, 128_000]);
  release();
  expect(await other.text()).toContain('message_stop');
  expect(await run.wallet(accountId)).toMatchObject({ held: '0.00' });
});

test('Claude Code survives a provider that is overloaded twice, and its task is charged once', async () => {
  run.provider.overloadFirst(2);
  const { code, result } = await solve(TASK);
  expect({ code, result }).toMatchObject({ code: 0, result: { result: `The command printed ${PRINTED}.` } });
  await run.expectExactCharges();
  const statuses = (await run.records()).map(({ status, cost }) => `${status} ${cost}`);
  expect(statuses.slice(0, 2)).toEqual(['provider_error 0.00', 'provider_error 0.00']);
  expect(statuses).toHaveLength(4);
});

test('Claude Code counts the tokens of its context through the gateway, without a charge', async () => {
  const child = run.claude(['-p', '/context']);
  expect(await child.ended).toBe(0);
  expect(child.out()).toContain('Context Usage');
  expect(run.provider.counted.length).toBeGreaterThan(0);
  expect(run.provider.received).toHaveLength(run.provider.counted.length);
  expect(await run.wallet()).toMatchObject({ held: '0.00', spent: '0.00' });
});

test('Claude Code offers the models that the gateway lists', async () => {
  const cache = join(run.home, '.claude/cache/gateway-models.json');
  // The task ends only once Claude Code has stored the list, which it reads beside its work.
  run.provider.answer(() => until('the list of models', () => existsSync(cache)));
  const { code } = await solve(TASK, { CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1' });
  expect(code).toBe(0);
  expect(run.requests).toContain('GET /v1/models?limit=1000');
  const { models } = JSON.parse(readFileSync(cache, 'utf8')) as { models: readonly { readonly id: string }[] };
  const ids = models.map(({ id }) => id);
  expect(ids).toEqual(await listed());
  expect(ids).toContain('claude-haiku-4-5');
});

/** The models that the gateway lists for Anthropic's clients. */
async function listed(): Promise<readonly string[]> {
  const headers = { 'x-api-key': run.gateway.apiKey, 'anthropic-version': '2023-06-01' };
  const response = await fetch(`${run.gateway.gatewayUrl}/models?limit=1000`, { headers });
  return ((await response.json()) as { data: readonly { readonly id: string }[] }).data.map(({ id }) => id);
}
