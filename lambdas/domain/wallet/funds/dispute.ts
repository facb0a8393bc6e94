import { z } from 'zod';
import { DEBTS_PARTITION } from '../../../contracts/storage/table-keys/funds';
import { WALLET } from '../../../contracts/storage/tables';
import { lesser } from '../../money/pico';
import type { GuardedWrite } from '../../table/commit';
import { workThrough } from '../../table/work-through';
import type { FundsDependencies } from '../dependencies';
import { movedInto, transfers } from '../ledger/entry';
import { changeFunds, isNewChange } from './change-funds';
import { creditParts } from './credit-parts';

/** A payment, or a part of it, that the customer's bank has taken back. */
export interface Dispute {
  readonly accountId: string;
  /** Begins with `dispute_`. */
  readonly disputeId: string;
  readonly paymentId: string;
  /** The credit that the disputed money bought, in pico-dollars. */
  readonly amountPico: bigint;
}

/** Returns writes that belong to a dispute that the account cannot cover. @param debtPico what it owes then */
export type InDebt = (debtPico: bigint) => readonly GuardedWrite[];

/**
 * Takes disputed money from the account's unused paid credit. The account owes the rest: until it is paid, or the
 * dispute is won, no hold may be taken.
 * @returns whether this call took it
 * @throws WalletNotFound, ChangeIdReused
 * @throws RangeError when the amount or the ID is invalid
 */
export async function takeDisputed(
  dependencies: FundsDependencies,
  dispute: Dispute,
  inDebt: InDebt = () => [],
): Promise<boolean> {
  const { accountId, disputeId, paymentId, amountPico } = dispute;
  if (amountPico <= 0n) throw new RangeError('invalid amount of a dispute');
  if (!/^dispute_[\w.:-]{1,200}$/.test(disputeId)) throw new RangeError('invalid dispute ID');
  const changed = await changeFunds(dependencies, accountId, disputeId, ({ balance, grants }) => {
    const unusedPico = lesser(creditParts(balance, grants).paidPico, balance.availablePico);
    const takenPico = lesser(unusedPico, amountPico);
    const owedPico = amountPico - takenPico;
    return {
      kind: 'dispute',
      transfers: transfers(['available', 'disputed', takenPico], ['debt', 'disputed', owedPico]),
      reference: paymentId,
      writes: owedPico > 0n ? inDebt(balance.debtPico + owedPico) : [],
    };
  });
  return isNewChange(changed, (entry) => movedInto('disputed', entry) === amountPico);
}

/**
 * Returns the money of a dispute that was won. It pays what the account owes first.
 * @returns whether this call returned it
 * @throws WalletNotFound, ChangeIdReused
 */
export async function returnDisputed(dependencies: FundsDependencies, dispute: Dispute): Promise<boolean> {
  const { accountId, disputeId, paymentId, amountPico } = dispute;
  const changed = await changeFunds(dependencies, accountId, `won_${disputeId}`, ({ balance }) => {
    const paidPico = lesser(balance.debtPico, amountPico);
    return {
      kind: 'dispute_won',
      transfers: transfers(['disputed', 'debt', paidPico], ['disputed', 'available', amountPico - paidPico]),
      reference: paymentId,
    };
  });
  return isNewChange(changed, (entry) => movedInto('debt', entry) + movedInto('available', entry) === amountPico);
}

/**
 * Pays the debts of all accounts, as far as they have money; see `payDebt`.
 * @param until epoch milliseconds: no account is begun from then on, and the next call continues. @default no limit
 * @throws the first error, after it has tried each account
 */
export function payDebts(dependencies: FundsDependencies, until?: number): Promise<void> {
  const { store, timing } = dependencies;
  const list = { table: WALLET, partition: DEBTS_PARTITION, until };
  return workThrough({ store, clock: timing.clock }, list, ({ sk }) => payDebt(dependencies, z.string().parse(sk)));
}

/**
 * Pays what an account owes with paid credit that running requests have returned since.
 * @returns whether there was something to pay, and money for it
 * @throws WalletNotFound
 */
export async function payDebt(dependencies: FundsDependencies, accountId: string): Promise<boolean> {
  const { newUlid, timing } = dependencies;
  const changed = await changeFunds(
    dependencies,
    accountId,
    `debt_${newUlid(timing.clock())}`,
    ({ balance, grants }) => {
      const unusedPico = lesser(creditParts(balance, grants).paidPico, balance.availablePico);
      const paidPico = lesser(balance.debtPico, unusedPico);
      if (paidPico === 0n) return undefined;
      return { kind: 'debt_payment', transfers: transfers(['available', 'debt', paidPico]) };
    },
  );
  return changed?.isNew ?? false;
}
