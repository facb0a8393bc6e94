import { budgetCounterKey, minuteCounterKey, runningCounterKey } from '../../../lambdas/contracts/table-keys';
import { KEYS } from '../../../lambdas/contracts/tables';
import type { Key } from '../../../lambdas/domain/table/value';
import type { Counting } from '../../../lambdas/domain/wallet/counting';
import { KeyLimitReached } from '../../../lambdas/domain/wallet/wallet-errors';
import type { Fault } from './faulty-store';
import { ACCOUNT, outcomeOf, WalletStage } from './wallet-stage';

const ID = '01JD0000000000000000000007';
const WINDOW = 'day#UTC#2026-11-20';
const MINUTE_MS = 60_000;
const START = Date.parse('2026-11-20T10:00:00.000Z');

const budgetOf = (limitPico: bigint): Counting => ({ counterId: ID, budget: { window: WINDOW, limitPico } });
const runningOf = (runningMax: number): Counting => ({ counterId: ID, runningMax });
const minuteOf = (minute: Partial<NonNullable<Counting['minute']>>): Counting => ({
  counterId: ID,
  minute: { start: START, tokens: 0, ...minute },
});

async function funded(amountPico = 1_000_000n): Promise<WalletStage> {
  const stage = new WalletStage();
  await stage.fund(amountPico);
  return stage;
}

async function read(stage: WalletStage, key: Key): Promise<{ readonly [name: string]: unknown } | undefined> {
  const { pk: _pk, sk: _sk, ...counted } = (await stage.engine.get({ table: KEYS, key })) ?? {};
  return Object.keys(counted).length > 0 ? counted : undefined;
}
const countedPico = async (stage: WalletStage): Promise<unknown> =>
  (await read(stage, budgetCounterKey(ID, WINDOW)))?.['countedPico'];
const running = async (stage: WalletStage): Promise<unknown> => (await read(stage, runningCounterKey(ID)))?.['running'];
const minute = (stage: WalletStage): Promise<unknown> => read(stage, minuteCounterKey(ID, START));

async function isSound(stage: WalletStage): Promise<void> {
  expect((await stage.verify()).differences).toEqual([]);
}

/** Which limit refused it, and how far it was. */
async function limitOf(reserving: Promise<unknown>): Promise<unknown> {
  const error: unknown = await reserving.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof KeyLimitReached ? error.limit : error;
}

describe('a budget', () => {
  test('counts the worst case of a request until it ends, and then what it cost', async () => {
    const stage = await funded();
    const hold = await stage.count(100n, budgetOf(1_000n));
    expect(await countedPico(stage)).toBe(100n);
    await isSound(stage);
    await stage.settle(hold, 40n);
    expect(await countedPico(stage)).toBe(40n);
    const released = await stage.count(100n, budgetOf(1_000n));
    await stage.release(released);
    expect(await countedPico(stage)).toBe(40n);
    await stage.count(100n, budgetOf(1_000n));
    expect(await stage.expire()).toMatchObject({ expired: 1, failed: 0 });
    expect(await countedPico(stage)).toBe(40n);
    await isSound(stage);
  });

  test('is spent to the last pico-dollar and never beyond', async () => {
    const stage = await funded();
    await stage.settle(await stage.count(70n, budgetOf(100n)), 70n);
    expect(await limitOf(stage.count(31n, budgetOf(100n)))).toEqual({ kind: 'budget', leftPico: 30n });
    await stage.settle(await stage.count(30n, budgetOf(100n)), 500n);
    expect(await countedPico(stage)).toBe(100n);
    expect(await limitOf(stage.count(1n, budgetOf(100n)))).toEqual({ kind: 'budget', leftPico: 0n });
    // What is free is not a matter of budget.
    await stage.release(await stage.count(0n, budgetOf(100n)));
    expect(await stage.amounts()).toEqual([999_900n, 0n, 100n]);
    await isSound(stage);
  });

  test('that does not cover the first request refuses it too', async () => {
    const stage = await funded();
    expect(await limitOf(stage.count(101n, budgetOf(100n)))).toEqual({ kind: 'budget', leftPico: 100n });
    expect(await limitOf(stage.count(1n, budgetOf(0n)))).toEqual({ kind: 'budget', leftPico: 0n });
    expect(await countedPico(stage)).toBeUndefined();
    expect(await stage.amounts()).toEqual([1_000_000n, 0n, 0n]);
    await stage.count(100n, budgetOf(100n));
  });

  test('has nothing left where it was made smaller than what was spent', async () => {
    const stage = await funded();
    await stage.settle(await stage.count(70n, budgetOf(100n)), 70n);
    expect(await limitOf(stage.count(1n, budgetOf(50n)))).toEqual({ kind: 'budget', leftPico: 0n });
    await isSound(stage);
  });

  test('is held by as many requests at once as it affords', async () => {
    const stage = await funded();
    const reserved = await Promise.allSettled(Array.from({ length: 20 }, () => stage.count(10n, budgetOf(75n))));
    expect(reserved.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
    expect(await countedPico(stage)).toBe(70n);
    await isSound(stage);
  });

  test('of a new window begins with nothing, and a request stays in the one that admitted it', async () => {
    const stage = await funded();
    const hold = await stage.count(100n, budgetOf(100n));
    const next = { counterId: ID, budget: { window: 'day#UTC#2026-11-21', limitPico: 100n } };
    await stage.count(100n, next);
    await stage.settle(hold, 40n);
    expect(await countedPico(stage)).toBe(40n);
    expect(await read(stage, budgetCounterKey(ID, 'day#UTC#2026-11-21'))).toEqual({ countedPico: 100n });
    await isSound(stage);
  });

  test('gives way to an emptier wallet', async () => {
    const stage = await funded(50n);
    await expect(stage.count(60n, budgetOf(100n))).rejects.toMatchObject({ name: 'InsufficientFunds' });
    expect(await countedPico(stage)).toBeUndefined();
    // Where neither covers it the budget is named: the wallet is asked again with what that affords.
    expect(await limitOf(stage.count(60n, budgetOf(20n)))).toEqual({ kind: 'budget', leftPico: 20n });
  });
});

describe('a settle that comes after the expiry', () => {
  test('charges what the budget has left, and the rest is the operator’s loss', async () => {
    const stage = await funded();
    const late = await stage.count(100n, budgetOf(100n));
    await stage.expire();
    await stage.settle(await stage.count(90n, budgetOf(100n)), 90n);
    expect(await stage.settle(late, 40n)).toEqual({ outcome: 'adjusted', costPico: 10n, overrunPico: 30n });
    expect(await stage.settle(late, 40n)).toMatchObject({ outcome: 'already_settled' });
    expect(await countedPico(stage)).toBe(100n);
    expect(await stage.amounts()).toEqual([999_900n, 0n, 100n]);
    await isSound(stage);
  });

  test('charges nothing where nothing is left, whatever was spent since under a larger budget', async () => {
    const stage = await funded();
    const late = await stage.count(100n, budgetOf(100n));
    await stage.expire();
    await stage.settle(await stage.count(150n, budgetOf(200n)), 150n);
    expect(await stage.settle(late, 40n)).toEqual({ outcome: 'adjusted', costPico: 0n, overrunPico: 40n });
    await isSound(stage);
  });

  test('charges no more than the wallet has, where the budget has more', async () => {
    const stage = await funded(100n);
    const late = await stage.count(100n, budgetOf(1_000n));
    await stage.expire();
    await stage.reserve(70n);
    expect(await stage.settle(late, 40n)).toEqual({ outcome: 'adjusted', costPico: 30n, overrunPico: 10n });
    expect(await countedPico(stage)).toBe(30n);
    await isSound(stage);
  });

  test('is made again where another request took the budget in between', async () => {
    const stage = await funded();
    const late = await stage.count(100n, budgetOf(100n));
    await stage.expire();
    // The end that finds its hold gone, and then the adjustment.
    stage.store.plan('none', async () => stage.settle(await stage.count(80n, budgetOf(100n)), 80n));
    expect(await stage.settle(late, 40n)).toEqual({ outcome: 'adjusted', costPico: 20n, overrunPico: 20n });
    expect(await countedPico(stage)).toBe(100n);
    await isSound(stage);
  });

  test('has no budget to look at where the key has none, and no request that runs', async () => {
    const stage = await funded();
    const late = await stage.count(100n, runningOf(1));
    await stage.expire();
    expect(await running(stage)).toBe(0n);
    expect(await stage.settle(late, 40n)).toMatchObject({ outcome: 'adjusted', costPico: 40n });
    expect(await running(stage)).toBe(0n);
    await isSound(stage);
  });
});

describe('requests at a time', () => {
  test('are as many as the rule says, and each end makes room', async () => {
    const stage = await funded();
    const first = await stage.count(10n, runningOf(2));
    const second = await stage.count(10n, runningOf(2));
    expect(await limitOf(stage.count(10n, runningOf(2)))).toEqual({ kind: 'running', runningMax: 2 });
    await isSound(stage);
    await stage.settle(first, 1n);
    const third = await stage.count(10n, runningOf(2));
    expect(await limitOf(stage.count(10n, runningOf(2)))).toMatchObject({ kind: 'running' });
    await stage.release(second);
    await stage.count(10n, runningOf(2));
    expect(await stage.expire()).toMatchObject({ expired: 2 });
    expect(await running(stage)).toBe(0n);
    expect(await stage.settle(third, 1n)).toMatchObject({ outcome: 'adjusted' });
    expect(await running(stage)).toBe(0n);
    await isSound(stage);
  });

  test('are counted once, also when a request is ended twice', async () => {
    const stage = await funded();
    const hold = await stage.count(10n, runningOf(1));
    await Promise.all([stage.settle(hold, 1n), stage.settle(hold, 1n)]);
    expect(await running(stage)).toBe(0n);
  });
});

describe('a minute', () => {
  test('takes as many requests as the rule says, however they end', async () => {
    const stage = await funded();
    const counting = minuteOf({ tokens: 7, requestsMax: 2 });
    await stage.settle(await stage.count(10n, counting), 1n);
    await stage.release(await stage.count(10n, counting));
    expect(await limitOf(stage.count(10n, counting))).toMatchObject({ kind: 'minute', requestsCounted: 2 });
    // The next minute is another.
    await stage.count(10n, minuteOf({ tokens: 7, requestsMax: 2, start: START + MINUTE_MS }));
    await isSound(stage);
  });

  test('takes as many tokens as the rule says', async () => {
    const stage = await funded();
    const counting = minuteOf({ tokens: 50, tokensMax: 100 });
    await stage.count(10n, counting);
    await stage.count(10n, counting);
    expect(await limitOf(stage.count(10n, minuteOf({ tokens: 1, tokensMax: 100 })))).toEqual({
      ...{ kind: 'minute', requestsCounted: 2, tokensCounted: 100 },
      minute: { start: START, tokens: 1, tokensMax: 100 },
    });
    await stage.count(10n, minuteOf({ tokens: 0, tokensMax: 100 }));
  });

  test('that does not take the first request tells that nothing was counted', async () => {
    const stage = await funded();
    expect(await limitOf(stage.count(10n, minuteOf({ tokens: 101, tokensMax: 100 })))).toMatchObject({
      ...{ kind: 'minute', requestsCounted: 0, tokensCounted: 0 },
    });
    expect(await minute(stage)).toBeUndefined();
  });

  test('needs room for both where there are both rules', async () => {
    const stage = await funded();
    const counting = { tokens: 50, requestsMax: 2, tokensMax: 60 };
    await stage.count(10n, minuteOf(counting));
    expect(await limitOf(stage.count(10n, minuteOf(counting)))).toMatchObject({
      requestsCounted: 1,
      tokensCounted: 50,
    });
    await stage.count(10n, minuteOf({ ...counting, tokens: 10 }));
    expect(await limitOf(stage.count(10n, minuteOf({ ...counting, tokens: 0 })))).toMatchObject({ requestsCounted: 2 });
  });

  test('counts, once a request has ended within it, what that really took and gave', async () => {
    const stage = await funded();
    const [first, second] = [
      await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 })),
      await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 })),
    ];
    const expiresAt = BigInt(START / 1_000 + 600);
    expect(await minute(stage)).toEqual({ requests: 2n, tokens: 1_000n, expiresAt });
    stage.now = START + MINUTE_MS - 1;
    // Ten tokens in and twenty out.
    await stage.settle(first, 1n);
    expect(await minute(stage)).toEqual({ requests: 2n, tokens: 530n, expiresAt });
    stage.now = START + MINUTE_MS;
    await stage.settle(second, 1n);
    expect(await minute(stage)).toEqual({ requests: 2n, tokens: 530n, expiresAt });
  });

  test('gives all its tokens back for a request that took none', async () => {
    const stage = await funded();
    const hold = await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 }));
    await stage.wallet.release({ hold, record: { ...outcomeOf(hold), status: 'provider_error', usage: {} } });
    expect(await minute(stage)).toMatchObject({ requests: 1n, tokens: 0n });
  });

  test('gets its tokens back from a request that the sweep ends within it', async () => {
    const stage = await funded();
    stage.holdMs = MINUTE_MS / 2;
    await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 }));
    await stage.expire();
    expect(await minute(stage)).toMatchObject({ requests: 1n, tokens: 0n });
  });

  test('is forgotten ten minutes after it began', async () => {
    const stage = await funded();
    await stage.count(10n, minuteOf({ requestsMax: 1 }));
    stage.now = START + 10 * MINUTE_MS - 1;
    expect(await minute(stage)).toBeDefined();
    stage.now += 1;
    expect(await minute(stage)).toBeUndefined();
  });
});

const EVERYTHING: Counting = {
  ...{ ...budgetOf(1_000n), ...runningOf(3) },
  ...minuteOf({ tokens: 30, requestsMax: 10, tokensMax: 300 }),
};

describe('a key with all of these rules', () => {
  test('keeps what was counted with the hold, and with the entry where it is counted', async () => {
    const stage = await funded();
    const hold = await stage.count(100n, EVERYTHING);
    expect(hold.counting).toEqual(EVERYTHING);
    await stage.settle(hold, 40n);
    expect((await stage.entries()).at(-1)).toMatchObject({ counterId: ID, budgetWindow: WINDOW });
    const plain = await stage.reserve(10n);
    expect(plain).not.toHaveProperty('counting');
    await stage.settle(plain, 1n);
    expect((await stage.entries()).at(-1)).not.toHaveProperty('counterId');
    await stage.release(await stage.count(1n, runningOf(3)));
    expect((await stage.entries()).at(-1)).not.toHaveProperty('budgetWindow');
  });

  test('is refused by the first that has no room, and counted by none', async () => {
    const stage = await funded();
    const holds = [await stage.count(1n, EVERYTHING), await stage.count(1n, EVERYTHING)];
    holds.push(await stage.count(1n, EVERYTHING));
    const counted = [await countedPico(stage), await running(stage), await minute(stage)];
    expect(await limitOf(stage.count(1n, EVERYTHING))).toMatchObject({ kind: 'running' });
    expect(await limitOf(stage.count(1_000n, EVERYTHING))).toMatchObject({ kind: 'budget' });
    const full = { ...EVERYTHING, minute: { start: START, tokens: 0, requestsMax: 3 } };
    expect(await limitOf(stage.count(1n, full))).toMatchObject({ kind: 'minute' });
    expect([await countedPico(stage), await running(stage), await minute(stage)]).toEqual(counted);
    await Promise.all(holds.map((hold) => stage.release(hold)));
    await isSound(stage);
  });

  test('holds for itself in an account that draws on leases', async () => {
    const stage = await funded();
    stage.store.plan('conflict');
    expect((await stage.reserve(100n)).leaseTurn).toBeDefined();
    const hold = await stage.count(100n, EVERYTHING);
    expect(hold).not.toHaveProperty('leaseTurn');
    await stage.settle(hold, 40n);
    // Meeting others is no reason for a lease either.
    stage.store.plan('conflict', 'throttled');
    expect(await stage.count(100n, EVERYTHING)).not.toHaveProperty('leaseTurn');
    await isSound(stage);
  });

  test('finds the money that lies in drawers', async () => {
    const stage = await funded();
    stage.store.plan('conflict');
    await stage.release(await stage.reserve(100n));
    stage.now += 2 * MINUTE_MS;
    await stage.wallet.expireDue();
    await stage.count(1_000_000n, { counterId: ID, runningMax: 1 });
    expect(await stage.amounts()).toEqual([0n, 1_000_000n, 0n]);
    await isSound(stage);
  });

  test('is refused with one message, whichever limit it is', async () => {
    const stage = await funded();
    await expect(stage.count(1n, budgetOf(0n))).rejects.toMatchObject({
      ...{ name: 'KeyLimitReached', message: 'a limit of the key is reached' },
    });
  });

  test('cannot have a hold that is negative, by which it would be given room', async () => {
    const stage = await funded();
    await expect(stage.count(-1n, EVERYTHING)).rejects.toThrow(RangeError);
  });
});

describe.each(['conflict', 'unreachable', 'lost reply', 'throttled'] as const)(
  'although the store answers with: %s,',
  (fault) => {
    const times = (count: number): Fault[] => Array.from({ length: count }, () => fault);

    test('a request is counted once, and given back once', async () => {
      const stage = await funded();
      // Room for one: an attempt that was committed without an answer must not stand in its own way.
      const counting = { ...budgetOf(100n), runningMax: 1, minute: { start: START, tokens: 30, requestsMax: 1 } };
      stage.store.plan(...times(3));
      const hold = await stage.count(100n, counting);
      expect([await countedPico(stage), await running(stage)]).toEqual([100n, 1n]);
      await isSound(stage);
      stage.store.plan(...times(3));
      await stage.settle(hold, 40n);
      expect([await countedPico(stage), await running(stage)]).toEqual([40n, 0n]);
      await isSound(stage);
    });

    test('a request that nobody ended is given back once', async () => {
      const stage = await funded();
      const hold = await stage.count(100n, { ...budgetOf(100n), runningMax: 1 });
      stage.store.plan(...times(3));
      await stage.expire();
      expect([await countedPico(stage), await running(stage)]).toEqual([0n, 0n]);
      stage.store.plan(...times(3));
      await stage.settle(hold, 40n);
      expect([await countedPico(stage), await running(stage)]).toEqual([40n, 0n]);
      await isSound(stage);
    });
  },
);

describe('the ledger tells', () => {
  test('a budget that counts another amount than was charged and is held', async () => {
    const stage = await funded();
    await stage.settle(await stage.count(100n, budgetOf(1_000n)), 40n);
    await stage.count(100n, budgetOf(1_000n));
    await isSound(stage);
    const update = budgetCounterKey(ID, WINDOW);
    await stage.engine.write({ table: KEYS, update, change: { add: { countedPico: -1n } } });
    expect((await stage.verify()).differences).toEqual([
      { kind: 'key_budget', accountId: ACCOUNT, id: `${ID}#${WINDOW}`, expectedPico: 140n, actualPico: 139n },
    ]);
    await stage.engine.write({ table: KEYS, delete: update });
    expect((await stage.verify()).differences).toMatchObject([{ kind: 'key_budget', actualPico: 0n }]);
  });

  test('requests that run and are not counted, or are counted and do not run', async () => {
    const stage = await funded();
    const hold = await stage.count(100n, runningOf(5));
    await isSound(stage);
    const update = runningCounterKey(ID);
    await stage.engine.write({ table: KEYS, delete: update });
    const missing = { kind: 'key_running', accountId: ACCOUNT, id: ID, expectedPico: 1n, actualPico: 0n };
    expect((await stage.verify()).differences).toEqual([missing]);
    // Nothing that becomes of a key keeps its holds from ending.
    expect(await stage.settle(hold, 1n)).toMatchObject({ outcome: 'charged' });
    expect((await stage.verify()).differences).toEqual([{ ...missing, expectedPico: 0n, actualPico: -1n }]);
  });
});
