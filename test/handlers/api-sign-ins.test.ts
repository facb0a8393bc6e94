import { DAY_MS, HOUR_MS } from '../../lambdas/domain/clock';
import { SignIns } from '../../lambdas/domain/people/sign-ins';
import { atEveryStep, MortalStore } from '../domain/notifications/mortal-store';
import { waitingMessages } from '../domain/notifications/waiting-messages';
import { FaultyStore } from '../domain/wallet/faulty-store';
import { ApiStage } from './api-stage';

const MINE = { method: 'GET', path: '/v1/me', as: 'owner' };
const ADDRESS = '198.51.100.7';
let stage: ApiStage;
beforeEach(async () => {
  stage = await ApiStage.open();
  stage.now += HOUR_MS;
  stage.signedInAt = stage.now;
});

const told = async (): Promise<readonly unknown[]> =>
  (await waitingMessages(stage.store)).map(({ kind, recipient, parameters }) => ({ kind, recipient, parameters }));
const signIn = (at: number) => ({
  kind: 'new_sign_in',
  recipient: { to: 'person', personId: stage.person('owner') },
  parameters: { at: new Date(at).toISOString() },
});

/** Another process of the API. */
const process = (store = stage.store): SignIns =>
  new SignIns({
    store,
    clock: () => stage.now,
    timing: { clock: () => stage.now, sleep: async () => {}, random: () => 0 },
  });
const owner = async () => (await stage.parts.people.get(stage.person('owner')))!;

test('a person is told about a sign-in once, with its first request and not with later ones or refreshed tokens', async () => {
  for (let request = 0; request < 3; request += 1) {
    expect(await stage.ask(MINE)).toMatchObject({ status: 200 });
    stage.now += 5 * HOUR_MS;
  }
  expect(await told()).toEqual([signIn(stage.signedInAt)]);
});

test('each sign-in of a person is a message, also if an earlier one is used later', async () => {
  const [first, second] = [stage.signedInAt, stage.signedInAt + HOUR_MS];
  for (const at of [second, first, second, first]) {
    stage.signedInAt = at;
    await stage.ask(MINE);
  }
  expect(await told()).toHaveLength(2);
  expect(await told()).toEqual(expect.arrayContaining([signIn(first), signIn(second)]));
});

test('a person is told about a sign-in even if the request is refused', async () => {
  expect(await stage.ask({ ...MINE, path: '/v1/accounts/acc_01JD0000000000000000000009' })).toMatchObject({
    status: 404,
  });
  expect(await told()).toEqual([signIn(stage.signedInAt)]);
});

test('a first sign-in is answered with a welcome only', async () => {
  await stage.ask({ ...MINE, as: 'somebody-new' });
  await stage.ask({ ...MINE, as: 'somebody-new' });
  expect((await waitingMessages(stage.store)).map(({ kind }) => kind)).toEqual(['welcome']);
});

test('an invalid token tells nobody', async () => {
  expect(await stage.ask({ ...MINE, as: 'wrong' })).toMatchObject({ status: 401 });
  expect(await told()).toEqual([]);
});

test('a deployment that sends no mail tells nobody about sign-ins', async () => {
  stage = await ApiStage.open({ sendsMail: false });
  stage.signedInAt = stage.now + HOUR_MS;
  expect(await stage.ask(MINE)).toMatchObject({ status: 200 });
  expect(await told()).toEqual([]);
});

test('neither an address nor a browser of a sign-in is stored', async () => {
  const headers = { 'x-forwarded-for': ADDRESS, 'user-agent': 'A browser', 'tollgate-client-address': ADDRESS };
  await stage.ask({ ...MINE, headers });
  expect(await told()).toHaveLength(1);
  expect(stage.written.join()).not.toMatch(/198\.51|A browser/);
});

test('the requests that a console sends at once after a sign-in, to several processes, tell about it once', async () => {
  const store = new FaultyStore(stage.store);
  store.interleave([0, 3, 1, 2]);
  await Promise.all(Array.from({ length: 8 }, async () => process(store).tell(await owner(), stage.signedInAt)));
  expect(await told()).toEqual([signIn(stage.signedInAt)]);
});

test('a sign-in that a process dies while it tells about is told once', async () => {
  const steps = await atEveryStep(async (diesAt) => {
    stage = await ApiStage.open();
    stage.signedInAt = stage.now + HOUR_MS;
    const mortal = new MortalStore(stage.store, diesAt);
    await process(mortal)
      .tell(await owner(), stage.signedInAt)
      .catch(() => undefined);
    for (let request = 0; request < 2; request += 1) await process().tell(await owner(), stage.signedInAt);
    expect(await told()).toEqual([signIn(stage.signedInAt)]);
    return mortal;
  });
  expect(steps).toBeGreaterThan(1);
});

test('a request after a sign-in that cannot be told is refused, and tells about it when it is repeated', async () => {
  const store = new FaultyStore(stage.store);
  store.plan(...Array.from({ length: 6 }, () => 'unreachable' as const));
  const signIns = process(store);
  const request = async () => signIns.tell(await owner(), stage.signedInAt);
  await expect(request()).rejects.toMatchObject({ status: 503 });
  expect(await told()).toEqual([]);
  await request();
  await request();
  expect(await told()).toEqual([signIn(stage.signedInAt)]);
});

test('a session ends before the record of its message, so that no request of it tells about it again', async () => {
  await stage.ask(MINE);
  // The refresh token lives for twelve hours, and the last access token a quarter of an hour more.
  stage.now += DAY_MS;
  await process().tell(await owner(), stage.signedInAt);
  expect(await told()).toHaveLength(1);
});
