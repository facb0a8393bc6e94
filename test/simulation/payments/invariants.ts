import type { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { balanceKey, entryKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { picoOfCents } from '../../../lambdas/domain/payments/cents';
import type { PaymentDifference } from '../../../lambdas/domain/payments/reconcile';
import { parseUsd } from '../../../lambdas/domain/money/pico';
import { decodeEntry, movedInto } from '../../../lambdas/domain/wallet/ledger/entry';
import { BONUS_USD } from './played';
import { decodeBalance, type Balance } from '../../../lambdas/domain/wallet/balance/balance';
import { verifyLedger } from '../../../lambdas/domain/wallet/verify/verify-ledger';
import type { FakeProcessor } from './fake-processor';

function expectKept(name: string, isKept: boolean, detail: () => string): void {
  if (!isKept) throw new Error(`${name}: ${detail()}`);
}

/** Looks at the accounts after every step. */
export class Watch {
  readonly #engine: EmbeddedStore;
  readonly #accounts: readonly string[];
  readonly #thresholdPico: bigint;
  readonly #wasLow = new Map<string, boolean>();
  /** How often each account ran low. */
  readonly dips = new Map<string, number>();
  readonly met = new Map<string, number>();

  constructor(engine: EmbeddedStore, accounts: readonly string[], thresholdPico: bigint) {
    this.#engine = engine;
    this.#accounts = accounts;
    this.#thresholdPico = thresholdPico;
  }

  async look(): Promise<void> {
    for (const accountId of this.#accounts) {
      const item = await this.#engine.get({ table: WALLET, key: balanceKey(accountId) });
      if (item === undefined) continue;
      const balance = decodeBalance(item);
      balanceIsSound(accountId, balance);
      const isLow = balance.availablePico + balance.heldPico < this.#thresholdPico;
      if (isLow && this.#wasLow.get(accountId) !== true) this.dips.set(accountId, (this.dips.get(accountId) ?? 0) + 1);
      this.#wasLow.set(accountId, isLow);
      if (balance.debtPico > 0n) this.met.set('an account was in debt', 1);
      if (balance.expiredPico > 0n) this.met.set('credit expired', 1);
      if (balance.refundedPico > 0n) this.met.set('credit was refunded', 1);
    }
  }
}

function balanceIsSound(accountId: string, balance: Balance): void {
  const { availablePico, heldPico, spentPico, fundedPico, refundedPico } = balance;
  const { grantedPico, expiredPico, linePico, disputedPico, debtPico, debtSince } = balance;
  const amounts = [availablePico, heldPico, spentPico, fundedPico, refundedPico, grantedPico, expiredPico];
  const least = [...amounts, linePico, disputedPico, debtPico].find((pico) => pico < 0n);
  expectKept('no amount is negative', least === undefined, () => `${accountId} has ${least}`);
  const into = fundedPico + grantedPico + linePico + debtPico;
  const outOf = availablePico + heldPico + spentPico + refundedPico + expiredPico + disputedPico;
  expectKept('money is conserved', into === outOf, () => `${accountId}: ${into} came in, ${outOf} is there`);
  expectKept('a debt is marked', debtPico > 0n === (debtSince !== undefined), () => `${accountId} owes ${debtPico}`);
}

export async function checkEnd({
  engine,
  processor,
  watch,
  differences,
  accounts,
}: {
  readonly engine: EmbeddedStore;
  readonly processor: FakeProcessor;
  readonly watch: Watch;
  readonly differences: readonly PaymentDifference[];
  readonly accounts: readonly string[];
}): Promise<void> {
  const bookable = [...processor.payments.values()].filter((payment) => processor.isBookable(payment));
  const wrong = differences.filter(({ paymentId }) => bookable.some((payment) => payment.paymentId === paymentId));
  expectKept('the ledger agrees with the processor', wrong.length === 0, () => JSON.stringify(wrong, replacer));
  const ledger = await verifyLedger({ store: engine, accounts });
  expectKept('balances are the replay of the ledger', ledger.differences.length === 0, () =>
    JSON.stringify(ledger.differences, replacer),
  );
  for (const accountId of accounts) {
    const item = await engine.get({ table: WALLET, key: balanceKey(accountId) });
    if (item === undefined) continue;
    const { fundedPico, heldPico } = decodeBalance(item);
    const paid = bookable.filter((payment) => payment.accountId === accountId);
    const paidPico = paid.reduce((sum, { creditCents = 0n }) => sum + picoOfCents(creditCents), 0n);
    expectKept(
      'each payment is credited once',
      fundedPico === paidPico,
      () => `${accountId}: ${fundedPico}, ${paidPico}`,
    );
    for (const { period } of paid) if (period) await bonusIsGranted(engine, accountId, period.invoiceId);
    expectKept('no hold is left', heldPico === 0n, () => `${accountId} holds ${heldPico}`);
    const [charges, dips] = [processor.charges.get(accountId) ?? 0, watch.dips.get(accountId) ?? 0];
    expectKept('a dip causes one charge', charges <= dips, () => `${accountId}: ${charges} charges, ${dips} dips`);
  }
}

async function bonusIsGranted(engine: EmbeddedStore, accountId: string, invoiceId: string): Promise<void> {
  const item = await engine.get({ table: WALLET, key: entryKey(accountId, `grant_${invoiceId}`) });
  const grantedPico = item ? movedInto('available', decodeEntry(item)) : 0n;
  expectKept('each paid period has its bonus', grantedPico === parseUsd(BONUS_USD), () => `${accountId}: ${invoiceId}`);
}

const replacer = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
