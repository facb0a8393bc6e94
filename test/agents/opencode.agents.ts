import { PRINTED } from './agent-answers';
import { AgentRun } from './agent-run';

const PROMPT = 'Add two numbers with a command';

let run: AgentRun;
beforeEach(async () => {
  run = await AgentRun.start();
});
afterEach(() => run.stop());

test.each([
  ['chat completions', '@ai-sdk/openai-compatible', 'gpt-4.1', 'POST /v1/chat/completions'],
  ['messages', '@ai-sdk/anthropic', 'claude-haiku-4-5', 'POST /v1/messages'],
])(
  'opencode finishes a task of two turns with a tool call through %s, and the wallet pays exactly what the provider reports',
  async (_api, npm, model, request) => {
    const child = run.opencode(npm, model, PROMPT);
    const code = await child.ended;
    expect({ code, out: child.out() }).toEqual({
      code: 0,
      out: expect.stringContaining(`The command printed ${PRINTED}.`) as string,
    });
    // The third request asks for the title of the session.
    expect(run.requests).toEqual([request, request, request]);
    expect(run.provider.reported).toHaveLength(3);
    await run.expectExactCharges();
  },
);

test('opencode with an empty wallet says what is missing and what to do, and does not retry', async () => {
  const child = run.opencode('@ai-sdk/openai-compatible', 'gpt-4.1', PROMPT, await run.poorKey());
  expect(await child.ended).toBe(1);
  expect(child.out() + child.err()).toContain('Add money to the wallet, or allow less output.');
  // One request asks for the title of the session.
  expect(run.requests).toHaveLength(2);
  expect(run.provider.received).toEqual([]);
});
