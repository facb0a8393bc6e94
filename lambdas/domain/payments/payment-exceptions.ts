import {
  knownExceptionKey,
  paymentExceptionKey,
  PAYMENT_EXCEPTIONS_PARTITION,
} from '../../contracts/storage/table-keys/funds';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { WALLET } from '../../contracts/storage/tables';
import { z } from 'zod';
import type { Clock } from '../clock';
import type { Log } from '../log';
import { commit, type GuardedWrite } from '../table/commit';
import { absent, exists } from '../table/condition';
import { type PageOf, type PageRequest, readPage } from '../table/page';
import { REQUEST_RETRY, retry, systemTiming, type Timing } from '../table/retry';
import type { TableStore } from '../table/table-store';
import { newTransactionToken } from '../table/transaction-token';
import type { Recorder } from '../wallet/funds/change-funds';
import { PaymentExceptionMissing } from './payments-errors';

/**
 * Why a payment could not be booked as the processor reports it. A person has to decide.
 * - `other_currency`: it was not paid in US dollars.
 * - `no_credit`: it does not say, or says wrongly, how much credit it buys.
 * - `unknown_account`: the account was erased or never existed.
 * - `too_large`: it buys more credit than one payment may.
 * - `refund_above_credit`: it was refunded at the processor although its credit was spent.
 * - `paid_elsewhere`: an invoice was marked as paid outside of the processor, so it bought neither credit nor a bonus.
 * - `dispute_reopened`: the processor looks again at a dispute that was won, and does not say that the money moved.
 * - `too_many_grants`: the account has too many live grants to get the bonus of its plan.
 * - `reused`: the ledger has it with another amount, or for another account.
 */
export const EXCEPTION_CODES = [
  'other_currency',
  'no_credit',
  'unknown_account',
  'too_large',
  'refund_above_credit',
  'paid_elsewhere',
  'dispute_reopened',
  'too_many_grants',
  'reused',
] as const;
export type ExceptionCode = (typeof EXCEPTION_CODES)[number];

export const exceptionSchema = z.object({
  paymentId: z.string(),
  code: z.string(),
  accountId: z.string().optional(),
  at: z.iso.datetime(),
});

/** A payment that waits for a person's decision. */
export type PaymentException = Readonly<z.infer<typeof exceptionSchema>>;

export interface PaymentExceptionsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
  /** @default the system's */
  readonly timing?: Timing;
}

/** Keeps the payments that could not be booked, so that none is lost, and raises an alarm for each once. */
export class PaymentExceptions {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #timing: Timing;

  constructor({ store, clock, log, timing = systemTiming(clock) }: PaymentExceptionsOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#timing = timing;
  }

  /** Lists an exception, unless it was listed before, even if it is resolved since. */
  async add(paymentId: string, code: ExceptionCode, accountId?: string): Promise<void> {
    const at = isoTime(this.#clock());
    const exception = { paymentId, code, at, ...(accountId !== undefined && { accountId }) };
    const writes: readonly GuardedWrite<'known'>[] = [
      {
        write: { table: WALLET, put: { ...knownExceptionKey(paymentId, code), at }, when: absent() },
        otherwise: () => 'known',
      },
      { write: { table: WALLET, put: { ...paymentExceptionKey(paymentId, code), ...exception } } },
    ];
    // Events of one payment arrive together. By the token, a retry after a lost reply still logs what it listed.
    const token = newTransactionToken();
    const known = await retry(REQUEST_RETRY, this.#timing, () => commit(this.#store, writes, token));
    if (known.length > 0) return;
    this.#log.error('PAYMENT_EXCEPTION', { cause: code, ...(accountId !== undefined && { accountId }) });
  }

  /** The exceptions that nobody has resolved. */
  page(page: PageRequest): Promise<PageOf<PaymentException>> {
    const query = { table: WALLET, partition: PAYMENT_EXCEPTIONS_PARTITION };
    return readPage(this.#store, query, page, (item) => exceptionSchema.parse(item));
  }

  /**
   * Takes an exception that an operator has dealt with off the list.
   * @param record commits the write together with the audit event of the action
   * @throws PaymentExceptionMissing
   */
  async resolve({ paymentId, code }: Pick<PaymentException, 'paymentId' | 'code'>, record: Recorder): Promise<void> {
    await record([
      {
        write: { table: WALLET, delete: paymentExceptionKey(paymentId, code), when: exists() },
        otherwise: () => new PaymentExceptionMissing(),
      },
    ]);
  }
}
