import { PRINTED } from './agent-answers';
import { AgentRun } from './agent-run';

const PROMPT = 'Add two numbers with a command';
const RESPONSES = 'POST /v1/responses';

let run: AgentRun;
beforeEach(async () => {
  run = await AgentRun.start();
});
afterEach(() => run.stop());

test.each([
  ['that calls tools', 'gpt-5.5'],
  ['that writes programs, whose tools are in the input', 'gpt-6-sol'],
  ['that it does not know', 'gpt-4.1'],
])(
  'Codex with a model %s finishes a task of two turns with a tool call, and the wallet pays exactly what the provider reports',
  async (_which, model) => {
    const child = run.codex(model, PROMPT);
    const code = await child.ended;
    expect({ code, out: child.out(), err: child.err() }).toMatchObject({
      code: 0,
      out: expect.stringContaining(`The command printed ${PRINTED}.`) as string,
    });
    expect(run.requests.filter((request) => request.startsWith('POST'))).toEqual([RESPONSES, RESPONSES]);
    expect(run.provider.reported).toHaveLength(2);
    await run.expectExactCharges();
  },
);

test('the provider of Codex gets nothing to search with, and nothing that identifies its installation', async () => {
  await run.codex('gpt-5.5', PROMPT).ended;
  for (const { json, headers, body } of run.provider.received) {
    expect(json).toMatchObject({ store: false, tools: expect.any(Array) as object });
    expect(json).not.toHaveProperty('client_metadata');
    expect(body.toString()).not.toMatch(/"web_search"|installation/);
    expect(Object.keys(headers).filter((name) => /codex|session|thread|originator/.test(name))).toEqual([]);
  }
});

test('Codex that may search the live web is told how to go on without it', async () => {
  const child = run.codex('gpt-5.5', PROMPT, { overrides: ['web_search="live"'] });
  expect(await child.ended).toBe(1);
  expect(child.out() + child.err()).toContain('set web_search to cached or disabled');
  expect(run.provider.received).toEqual([]);
});

test('Codex that tries a WebSocket first goes on over HTTP at once', async () => {
  const child = run.codex('gpt-5.5', PROMPT, { overrides: ['model_providers.tollgate.supports_websockets=true'] });
  const code = await child.ended;
  expect({ code, err: child.err() }).toMatchObject({ code: 0 });
  expect(run.requests).toEqual(['GET /v1/responses', RESPONSES, RESPONSES]);
  await run.expectExactCharges();
});

test('Codex with an empty wallet says what is missing and what to do, and its retries cost nothing', async () => {
  const child = run.codex('gpt-5.5', PROMPT, { apiKey: await run.poorKey() });
  expect(await child.ended).toBe(1);
  expect(child.out() + child.err()).toContain('Add money to the wallet, or allow less output.');
  expect(run.provider.received).toEqual([]);
});

test('Codex whose money ends while an answer runs stops, and does not ask again', async () => {
  const { accountId, apiKey } = await run.createAccount('0.60');
  run.provider.pauseIn(() => true);
  const child = run.codex('gpt-5.5', PROMPT, { apiKey });
  expect(await child.ended).toBe(1);
  expect(child.err()).toContain('Quota exceeded');
  expect(run.requests.filter((request) => request.startsWith('POST'))).toEqual([RESPONSES]);
  expect(await run.wallet(accountId)).toMatchObject({ held: '0.00' });
});
