import { parseUsd } from '../../lambdas/domain/money/pico';
import {
  balanceOf,
  CHAT_MODEL,
  chatBody,
  costOf,
  expectLedgerVerifies,
  type LocalRun,
  post,
  priceOf,
  startLocalRun,
} from './local-run';
import { chatCompletion } from './provider-answers';
import { until } from './until';
import { wholeAnswer } from './upstream';

const REQUESTS = 200;
const AFFORDABLE = 50;

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => run.stop());

test(`a wallet that can pay for ${AFFORDABLE} of ${REQUESTS} concurrent requests pays for exactly ${AFFORDABLE}`, async () => {
  const { services } = run.gateway;
  const accountId = await services.accounts.create();
  await services.wallet.open(accountId);
  const { key } = await services.keys.create({ accountId });
  const send = () =>
    post(run, '/v1/chat/completions', chatBody({ max_tokens: 1_000 }), { authorization: `Bearer ${key}` });

  // A first request shows how much one such request holds. The provider waits until the hold was read.
  const cost = costOf(priceOf('openai', CHAT_MODEL), { input: 10, output: 5 });
  let release = (): void => undefined;
  let released = new Promise<void>((resolve) => (release = resolve));
  run.upstream.answerWith(async (reply, received) => {
    await released;
    await wholeAnswer(chatCompletion('x', { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }))(
      reply,
      received,
    );
  });
  await services.wallet.credit({ accountId, amountPico: parseUsd('1'), paymentId: 'first' });
  const probe = send();
  const heldPico = await until('a hold', async () => (await balanceOf(run, accountId)).heldPico || undefined);
  release();
  expect((await probe).status).toBe(200);

  released = new Promise<void>((resolve) => (release = resolve));
  const poor = await services.accounts.create();
  await services.wallet.open(poor);
  await services.wallet.credit({ accountId: poor, amountPico: heldPico * BigInt(AFFORDABLE), paymentId: 'only' });
  const { key: poorKey } = await services.keys.create({ accountId: poor });
  const seen = { leastAvailable: heldPico, mostHeld: 0n };
  const watch = async () => {
    const { availablePico, heldPico: held } = await balanceOf(run, poor);
    if (availablePico < seen.leastAvailable) seen.leastAvailable = availablePico;
    if (held > seen.mostHeld) seen.mostHeld = held;
  };
  const answers = Array.from({ length: REQUESTS }, async () => {
    const answer = await post(run, '/v1/chat/completions', chatBody({ max_tokens: 1_000 }), {
      authorization: `Bearer ${poorKey}`,
    });
    await watch();
    return answer.status;
  });
  // The provider answers only once every request has been admitted or refused.
  await until('all of the money to be held', async () => {
    await watch();
    return (await balanceOf(run, poor)).availablePico === 0n && run.upstream.received.length === AFFORDABLE + 1;
  });
  await until('the others to be refused', async () => {
    const states = await Promise.all(
      answers.map((answer) => Promise.race([answer, Promise.resolve('pending' as const)])),
    );
    return states.filter((state) => state === 429).length === REQUESTS - AFFORDABLE;
  });
  release();
  const statuses = await Promise.all(answers);
  expect(statuses.filter((status) => status === 200)).toHaveLength(AFFORDABLE);
  expect(statuses.filter((status) => status === 429)).toHaveLength(REQUESTS - AFFORDABLE);
  expect(seen.leastAvailable).toBe(0n);
  expect(seen.mostHeld).toBe(heldPico * BigInt(AFFORDABLE));
  expect(await balanceOf(run, poor)).toMatchObject({
    heldPico: 0n,
    spentPico: cost * BigInt(AFFORDABLE),
    availablePico: (heldPico - cost) * BigInt(AFFORDABLE),
  });
  await expectLedgerVerifies(run);
});

test('a request without an output limit is capped at what the wallet can pay for', async () => {
  const { services } = run.gateway;
  const accountId = await services.accounts.create();
  await services.wallet.open(accountId);
  const { key } = await services.keys.create({ accountId });
  const amountPico = costOf(priceOf('openai', CHAT_MODEL), { input: 1_000, output: 500 });
  await services.wallet.credit({ accountId, amountPico, paymentId: 'little' });
  run.upstream.answerWith(
    wholeAnswer(chatCompletion('x', { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 })),
  );
  const answer = await post(run, '/v1/chat/completions', chatBody(), { authorization: `Bearer ${key}` });
  expect(answer.status).toBe(200);
  const limit = Number(run.upstream.received[0]?.json['max_completion_tokens']);
  expect(limit).toBeGreaterThanOrEqual(500);
  expect(limit).toBeLessThan(1_000);
});
