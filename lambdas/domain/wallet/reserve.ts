import { balanceKey } from '../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../contracts/storage/tables';
import { exists } from '../table/condition';
import { StoreUnavailable } from '../table/table-errors';
import { type Balance, readPart } from './balance/balance';
import { emptyDrawers } from './balance/drawers';
import { canRoll, type RollingMarks } from './balance/may-roll';
import type { WalletDependencies } from './dependencies';
import { emptyPartsOf } from './holds/budget-parts';
import { accountBudgetOf } from './holds/counting';
import type { Hold } from './holds/hold';
import { BalanceContended, blockOf, type HoldTerms, reserveHold, reserveHoldUncontended } from './holds/reserve-hold';
import { endLease } from './leases/end-lease';
import { holdOf, type Lease } from './leases/lease';
import { HOT_MS } from './leases/lease-book';
import { passOnLease, takeLease } from './leases/reserve-on-lease';
import { RESERVE_RETRY, retryOrUnavailable } from './retry';
import { type BudgetLeft, InsufficientFunds, KeyLimitReached, SpendingRulesChanged } from './wallet-errors';

/**
 * Reserves for a request. It gets a hold of its own as long as few requests write the account's balance concurrently,
 * and draws on a lease of this process once that balance is contended (docs/adr/0009-leases-for-hot-wallets.md).
 * @throws the errors of `reserveHold`, and RangeError on a negative hold
 */
export async function reserve(dependencies: WalletDependencies, terms: HoldTerms): Promise<Hold> {
  if (terms.holdPico < 0n) throw new RangeError('a hold cannot be negative');
  // The transaction of the hold writes the counters too, and a lease would make none less contended but an account's.
  if (terms.counting && !accountBudgetOf(terms.counting)) return reserveOwn(dependencies, terms, reserveHold);
  const now = dependencies.timing.clock();
  if (!(await isHot(dependencies, terms.accountId, now))) {
    try {
      return await reserveOwn(dependencies, terms, reserveHoldUncontended);
    } catch (error) {
      if (!(error instanceof BalanceContended)) throw error;
      markHot(dependencies, terms.accountId, now);
    }
  }
  const seen = await expectActive(dependencies, terms.accountId, now);
  // Marks can be some seconds old, so they may be of an earlier version than the known one.
  if ((seen.rulesVersion ?? 0n) > (terms.rulesVersion ?? 0n)) throw new SpendingRulesChanged();
  const leased = canRoll(seen, now) ? terms : wholeOf(terms);
  const lease = await leaseFor(dependencies, leased, terms.holdPico, now);
  // A hold of its own that rolls is subject to what the balance says at its commit.
  if (!lease) return reserveOwn(dependencies, terms, reserveHold);
  dependencies.leaseBook.begin(lease);
  const hold = holdOf(lease);
  const { ceilingPico = hold.heldPico } = leased;
  return hold.heldPico < ceilingPico ? { ...hold, rolling: { slice: 0n, ceilingPico } } : hold;
}

/** The terms of a request that holds its worst case. */
const wholeOf = ({ holdPico, ceilingPico = holdPico, ...terms }: HoldTerms): HoldTerms => ({
  ...terms,
  holdPico: ceilingPico,
});

/**
 * Holds money from the main balance. If that is too little, the account's drawers are emptied into it first. That also
 * shows how much the leases hold, for which a new hold may have to leave money. So are the parts of a budget.
 */
async function reserveOwn(dependencies: WalletDependencies, terms: HoldTerms, take: typeof reserveHold): Promise<Hold> {
  let own = terms;
  let hasEmptiedParts = false;
  for (;;) {
    try {
      return await take(dependencies, own);
    } catch (error) {
      const budget = budgetWithParts(error);
      if (budget && !hasEmptiedParts) {
        hasEmptiedParts = true;
        await emptyPartsOf(dependencies, budget);
      } else if (error instanceof InsufficientFunds && error.hasDrawers && own.leasedPico === undefined) {
        own = { ...own, leasedPico: await emptyDrawers(dependencies, terms.accountId) };
      } else throw error;
    }
  }
}

/** The budget that refused a hold, if its parts may have more. */
const budgetWithParts = (error: unknown): BudgetLeft | undefined =>
  error instanceof KeyLimitReached && error.limit.kind === 'budget' && error.limit.hasParts ? error.limit : undefined;

/**
 * Whether the account's balance is contended. If this process does not know, it reads what other processes have found.
 * No request depends on the answer: if the read fails, the balance counts as uncontended and the next request retries.
 */
async function isHot({ store, leaseBook }: WalletDependencies, accountId: string, now: number): Promise<boolean> {
  const isKnownHot = leaseBook.isHot(accountId, now);
  if (isKnownHot !== undefined) return isKnownHot;
  let balance: Balance | undefined;
  try {
    balance = await readPart(store, { accountId }, { consistent: false });
  } catch (error) {
    if (error instanceof StoreUnavailable) return false;
    throw error;
  }
  if (!balance || !blockOf(balance)) leaseBook.markActive(accountId, now, balance);
  const hotUntil = Number(balance?.hotUntil ?? 0n);
  if (hotUntil > now) leaseBook.markHot(accountId, now, hotUntil);
  else leaseBook.markCool(accountId, now);
  return hotUntil > now;
}

/** Tells the other processes in the background. If the write fails, they find out for themselves. */
function markHot({ store, leaseBook }: WalletDependencies, accountId: string, now: number): void {
  leaseBook.markHot(accountId, now);
  const set = { hotUntil: BigInt(now + HOT_MS) };
  const write = { table: WALLET, update: balanceKey(accountId), change: { set }, when: exists() };
  store.write(write).catch(() => undefined);
}

/**
 * A lease bypasses the balance, which records a suspension, a debt and whether holds may roll, so the process rereads the balance
 * every few seconds.
 * @throws WalletSuspended, WalletInDebt
 */
export async function expectActive(
  dependencies: WalletDependencies,
  accountId: string,
  now: number,
): Promise<RollingMarks> {
  const { store, timing, leaseBook } = dependencies;
  const seen = leaseBook.seenActive(accountId, now);
  if (seen) return seen;
  const read = () => readPart(store, { accountId }, { consistent: false });
  const balance = await retryOrUnavailable(RESERVE_RETRY, timing, read);
  const block = balance && blockOf(balance);
  if (block) throw block;
  leaseBook.markActive(accountId, now, balance);
  return balance ?? {};
}

/** @returns undefined when the account has too little money for a lease */
async function leaseFor(
  dependencies: WalletDependencies,
  terms: HoldTerms,
  leastPico: bigint,
  now: number,
): Promise<Lease | undefined> {
  const need = { holdPico: terms.holdPico, budget: accountBudgetOf(terms.counting) };
  const { idle, done } = dependencies.leaseBook.take(terms.accountId, need, now);
  // Runs in the background: the sweeper ends any lease for which this fails or is cut short.
  for (const finished of done) endLease(dependencies, finished).catch(() => undefined);
  const passedOn = idle && (await passOnLease(dependencies, idle, terms));
  return passedOn ?? (await takeLease(dependencies, terms, leastPico));
}
