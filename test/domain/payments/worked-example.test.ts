import { readFileSync } from 'node:fs';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { DAY_MS } from '../../../lambdas/domain/clock';
import { formatUsd, PICO_PER_USD } from '../../../lambdas/domain/money/pico';
import { ACCOUNT, WalletStage } from '../wallet/wallet-stage';

const usd = (dollars: number): bigint => BigInt(dollars) * PICO_PER_USD;

/** The rows of the table in docs/money.md: entry, transfers, promotional, paid, owed, debt. */
function rows(): readonly (readonly string[])[] {
  const page = readFileSync('docs/money.md', 'utf8');
  return page
    .split('\n')
    .filter((line) => /^\| \d+ \|/.test(line))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', ''))
        .slice(3, 9),
    );
}

/** The events of the rows, in order. */
function events(stage: WalletStage): readonly (() => Promise<unknown>)[] {
  const { funds, wallet } = stage;
  const accountId = ACCOUNT;
  const credit = (paymentId: string, dollars: number) =>
    wallet.credit({ accountId, paymentId, amountPico: usd(dollars) });
  const charge = async (dollars: number) => stage.settle(await stage.reserve(usd(dollars)), usd(dollars));
  const refund = { accountId, paymentId: 'pi_b', refundId: 'refund_a', amountPico: usd(15) };
  const dispute = { accountId, paymentId: 'pi_a', disputeId: 'dispute_a', amountPico: usd(100) };
  const grant = (grantId: string, dollars: number, expiresAt?: number) =>
    funds.grant({ accountId, grantId, amountPico: usd(dollars), reason: 'goodwill', expiresAt });
  return [
    () => grant('grant_a', 10),
    () => credit('pi_a', 100),
    () => charge(25),
    () => funds.setLine({ accountId, changeId: 'line_a', linePico: usd(50) }),
    () => charge(105),
    () => credit('pi_b', 60),
    () => funds.takeRefund(refund),
    () => funds.returnRefund(refund),
    () => funds.takeDisputed(dispute),
    () => credit('pi_c', 30),
    () => funds.returnDisputed(dispute),
    () => grant('grant_b', 5, stage.now + DAY_MS),
    () => charge(2),
    () => {
      stage.now += DAY_MS;
      return funds.expireGrants();
    },
    () => credit('pi_d', 20),
    () => grant('grant_in_1', 2),
  ];
}

test('promise-24 the worked example for finance is what the ledger does', async () => {
  const stage = await WalletStage.funded(0n);
  const known = new Set<string>();
  const actual: (readonly string[])[] = [];
  for (const event of events(stage)) {
    stage.now += 1_000;
    await event();
    const [entry] = (await stage.entries()).filter(({ entryId }) => !known.has(entryId));
    known.add(entry?.entryId ?? '');
    const transfers = entry?.transfers.map(({ from, to, amountPico }) => `${from} → ${to} ${formatUsd(amountPico)}`);
    const { promotionalPico, paidPico, lineUsedPico, debtPico } = await stage.funds.view(ACCOUNT);
    const parts = [promotionalPico, paidPico, lineUsedPico, debtPico].map(formatUsd);
    actual.push([entry?.kind ?? '', transfers?.join(', ') ?? '', ...parts]);
  }
  expect(actual).toEqual(rows());
  await stage.expectSound();
});

test('promise-08 the entries of the ledger never expire, so the balance is the same a century later', async () => {
  const stage = await WalletStage.funded(0n);
  for (const event of events(stage)) await event();
  const before = { entries: await stage.entries(), view: await stage.funds.view(ACCOUNT) };
  stage.now += 100 * 365 * DAY_MS;
  expect({ entries: await stage.entries(), view: await stage.funds.view(ACCOUNT) }).toEqual(before);
  expect(WALLET.expires).toBe(false);
  await stage.expectSound();
});
