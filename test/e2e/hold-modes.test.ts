import Anthropic from '@anthropic-ai/sdk';
import { balanceOf, type LocalRun, messagesBody, post, startLocalRun, stopAndVerify } from './local-run';
import { messageStream } from './provider-answers';
import { streamedAnswer } from './upstream';

/** The worst case of this request is more than the five dollars of a new wallet. */
const LARGE = messagesBody({ model: 'claude-fable-5', max_tokens: 128_000, stream: true });
const ANSWER = messageStream(['Hi'], { input_tokens: 5, output_tokens: 1 }, { output_tokens: 2 });

let run: LocalRun;
afterEach(() => stopAndVerify(run));

test.each([
  ['rolling by default', {}, 200],
  ['rolling', { TOLLGATE_HOLDS: 'rolling' }, 200],
  ['worst-case', { TOLLGATE_HOLDS: 'worst-case' }, 402],
] as const)(
  'a local gateway whose mode of holds is %s, with %j, answers a stream with a limit beyond its wallet with %d',
  async (_, environment, status) => {
    run = await startLocalRun(environment);
    run.upstream.answerWith(streamedAnswer(ANSWER));
    expect((await post(run, '/v1/messages', LARGE)).status).toBe(status);
    // The free endpoint that counts tokens may be asked before a refusal.
    const paid = run.upstream.received.filter(({ path }) => path === '/v1/messages');
    expect(paid).toHaveLength(status === 200 ? 1 : 0);
  },
);

test('twenty parallel requests with a limit beyond the wallet all finish on $5, because their true costs fit', async () => {
  run = await startLocalRun();
  run.upstream.answerWith(
    streamedAnswer(messageStream(['Hi'], { input_tokens: 2_000, output_tokens: 1 }, { output_tokens: 300 })),
  );
  const { url, account } = run.gateway;
  const client = new Anthropic({ apiKey: account.apiKey, baseURL: url.replace(/\/v1$/, ''), maxRetries: 20 });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      client.messages
        .stream({
          model: 'claude-fable-5',
          max_tokens: 128_000,
          messages: [{ role: 'user', content: 'word '.repeat(2_000) }],
        })
        .finalMessage(),
    ),
  );
  expect(answers.map(({ usage }) => usage.output_tokens)).toEqual(Array.from({ length: 20 }, () => 300));
  const { availablePico, heldPico } = await balanceOf(run);
  expect(heldPico).toBe(0n);
  expect(availablePico).toBeGreaterThan(0n);
});
