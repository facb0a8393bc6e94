import { type LocalRun, messagesBody, post, startLocalRun, stopAndVerify } from './local-run';
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
