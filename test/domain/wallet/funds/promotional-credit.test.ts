import { DAY_MS } from '../../../../lambdas/domain/clock';
import { chargedEntries } from '../../../../lambdas/domain/wallet/funds/charged-credit';
import { ChangeIdReused, TooManyGrants } from '../../../../lambdas/domain/wallet/funds/funds-errors';
import { GRANTS_MAX } from '../../../../lambdas/domain/wallet/funds/grants';
import { ACCOUNT, WalletStage } from '../wallet-stage';

let stage: WalletStage;
beforeEach(async () => {
  stage = await WalletStage.funded(1_000n);
});
afterEach(() => stage.expectSound());

const grant = (grantId: string, amountPico: bigint, days?: number): Promise<boolean> =>
  stage.funds.grant({
    accountId: ACCOUNT,
    grantId,
    amountPico,
    reason: 'goodwill',
    expiresAt: days === undefined ? undefined : stage.now + days * DAY_MS,
  });

const charge = async (costPico: bigint): Promise<void> => {
  await stage.settle(await stage.reserve(costPico), costPico);
};

const parts = async (): Promise<readonly [promotional: bigint, paid: bigint]> => {
  const { promotionalPico, paidPico } = await stage.funds.view(ACCOUNT);
  return [promotionalPico, paidPico];
};

test('promotional credit is spent before paid credit', async () => {
  await grant('grant_a', 300n);
  expect(await parts()).toEqual([300n, 1_000n]);
  await charge(200n);
  expect(await parts()).toEqual([100n, 1_000n]);
  await charge(250n);
  expect(await parts()).toEqual([0n, 850n]);
});

test('promotional and paid credit together pay for a request that neither of them covers', async () => {
  await grant('grant_a', 300n);
  await charge(1_200n);
  expect(await parts()).toEqual([0n, 100n]);
});

test('charges from before a grant do not use it up', async () => {
  await charge(400n);
  await grant('grant_a', 300n);
  expect(await parts()).toEqual([300n, 600n]);
});

test('a grant that is repeated has no effect', async () => {
  expect([await grant('grant_a', 300n), await grant('grant_a', 300n)]).toEqual([true, false]);
  expect(await parts()).toEqual([300n, 1_000n]);
});

test('the ID of a grant cannot be used for another amount', async () => {
  await grant('grant_a', 300n);
  await expect(grant('grant_a', 301n)).rejects.toBeInstanceOf(ChangeIdReused);
});

test('expired credit leaves the account, and paid credit stays', async () => {
  await grant('grant_a', 300n, 10);
  await charge(120n);
  stage.now += 10 * DAY_MS - 1;
  expect(await stage.funds.expireGrants()).toBe(0);
  stage.now += 1;
  expect(await stage.funds.expireGrants()).toBe(1);
  expect(await parts()).toEqual([0n, 1_000n]);
  expect(await stage.wallet.balance(ACCOUNT)).toMatchObject({ availablePico: 1_000n, expiredPico: 180n });
  expect(await stage.funds.expireGrants()).toBe(0);
});

test('a grant that was spent ends without an entry', async () => {
  await grant('grant_a', 300n, 10);
  await charge(300n);
  stage.now += 10 * DAY_MS;
  expect(await stage.funds.expireGrants()).toBe(1);
  expect((await stage.entries()).map(({ kind }) => kind)).not.toContain('grant_expiry');
  expect(await stage.funds.expireGrants()).toBe(0);
});

test('credit that expires sooner is spent sooner, in whatever order it was granted', async () => {
  await grant('grant_never', 100n);
  await grant('grant_late', 100n, 20);
  await grant('grant_soon', 100n, 10);
  await charge(150n);
  stage.now += 10 * DAY_MS;
  await stage.funds.expireGrants();
  // The first 150 were all of the soonest grant and half of the next one.
  expect(await parts()).toEqual([150n, 1_000n]);
  stage.now += 10 * DAY_MS;
  await stage.funds.expireGrants();
  expect(await parts()).toEqual([100n, 1_000n]);
});

test('a grant that expires sooner than one that is partly spent does not change what is left of that one', async () => {
  await grant('grant_late', 100n, 20);
  await charge(60n);
  await grant('grant_soon', 100n, 10);
  expect(await parts()).toEqual([140n, 1_000n]);
  stage.now += 10 * DAY_MS;
  await stage.funds.expireGrants();
  expect(await parts()).toEqual([40n, 1_000n]);
});

test('an expired grant waits for the money that running requests hold', async () => {
  await charge(1_000n);
  await grant('grant_a', 300n, 10);
  stage.holdMs = 20 * DAY_MS;
  const hold = await stage.reserve(200n);
  stage.now += 10 * DAY_MS;
  expect(await stage.funds.expireGrants()).toBe(0);
  expect(await stage.amounts()).toEqual([0n, 200n, 1_000n]);
  await stage.settle(hold, 50n);
  expect(await stage.funds.expireGrants()).toBe(1);
  expect(await stage.amounts()).toEqual([0n, 0n, 1_050n]);
  expect(await stage.wallet.balance(ACCOUNT)).toMatchObject({ expiredPico: 250n });
});

test('an account has at most a limited number of live grants', async () => {
  for (let number = 0; number < GRANTS_MAX; number += 1) await grant(`grant_${number}`, 1n);
  await expect(grant('grant_more', 1n)).rejects.toBeInstanceOf(TooManyGrants);
  await charge(1n);
  expect(await grant('grant_more', 1n)).toBe(true);
});

test('a grant whose reply is lost is granted once', async () => {
  stage.store.plan('lost reply');
  expect(await grant('grant_a', 300n)).toBe(false);
  expect(await parts()).toEqual([300n, 1_000n]);
});

test.each([
  ['an amount of 0', { amountPico: 0n }],
  ['a negative amount', { amountPico: -1n }],
  ['more than a million dollars', { amountPico: 1_000_000_000_000_000_001n }],
  ['an ID without its prefix', { grantId: 'a' }],
  ['an ID with a separator', { grantId: 'grant_a#b' }],
  ['a reason in prose', { reason: 'For Ada Lovelace' }],
  ['an expiry that is over', { expiresAt: 1 }],
])('a grant with %s is refused', async (_, invalid) => {
  const valid = { accountId: ACCOUNT, grantId: 'grant_a', amountPico: 1n, reason: 'goodwill' };
  await expect(stage.funds.grant({ ...valid, ...invalid })).rejects.toBeInstanceOf(RangeError);
});

describe('the part of a charge that promotional credit paid', () => {
  const charged = async (): Promise<readonly bigint[]> => {
    const parts: bigint[] = [];
    for await (const { entry, promotionalPico } of chargedEntries(stage.engine, ACCOUNT, true)) {
      if (entry.kind === 'charge') parts.push(promotionalPico);
    }
    return parts;
  };

  test('a charge across the end of a grant is paid in two parts', async () => {
    await charge(100n);
    await grant('grant_a', 300n);
    await charge(200n);
    await charge(250n);
    await charge(10n);
    expect(await charged()).toEqual([0n, 200n, 100n, 0n]);
  });

  test('credit that expires pays for nothing after it, and a later grant pays from then on', async () => {
    await grant('grant_a', 300n, 10);
    await charge(120n);
    stage.now += 10 * DAY_MS;
    await stage.funds.expireGrants();
    await charge(50n);
    await grant('grant_b', 40n);
    await charge(60n);
    expect(await charged()).toEqual([120n, 0n, 40n]);
  });

  test('the parts add up to the promotional credit that was granted, and has neither expired nor is left', async () => {
    await grant('grant_soon', 100n, 10);
    await charge(30n);
    await grant('grant_late', 100n, 20);
    await charge(40n);
    stage.now += 10 * DAY_MS;
    await stage.funds.expireGrants();
    await charge(50n);
    const { grantedPico, expiredPico } = (await stage.wallet.balance(ACCOUNT)) ?? { grantedPico: 0n, expiredPico: 0n };
    const [leftPico] = await parts();
    expect((await charged()).reduce((sum, part) => sum + part)).toBe(grantedPico - expiredPico - leftPico);
  });
});
