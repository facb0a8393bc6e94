import {
  AUTO_TOP_UPS_PARTITION,
  autoTopUpKey,
  CHARGING_TOP_UPS_PARTITION,
} from '../../contracts/storage/table-keys/funds';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { z } from 'zod';
import { type Clock, HOUR_MS } from '../clock';
import { larger } from '../money/pico';
import { commit } from '../table/commit';
import { compare } from '../table/condition';
import type { TableStore } from '../table/table-store';
import { workThrough } from '../table/work-through';
import type { Funds } from '../wallet/funds/funds';
import { type AutoTopUp, decodeAutoTopUp, listed } from './auto-top-up-item';
import type { Customers } from './customers';
import { reached } from './reached';
import type { ChargeOutcome, PaymentProcessor } from './processor';

/** After this many declined charges in a row, the account's automatic top-up is turned off. */
export const DECLINES_MAX = 3;
/** The wait after the first declined charge. It doubles with each further one. */
const BACKOFF_MS = HOUR_MS;

/**
 * A charge that was interrupted is looked up, and if it was not made, repeated for this long under its idempotency key.
 * Stripe keeps a key for at least 24 hours (https://docs.stripe.com/api/idempotent_requests).
 */
const REPEATED_WITHIN_MS = 12 * HOUR_MS;

/** The outcome of a charge that people are told about. */
export interface TopUpNotice {
  readonly accountId: string;
  readonly kind: 'succeeded' | 'declined' | 'authentication_required' | 'disabled';
  readonly attempt: number;
  readonly creditCents: bigint;
  /** The payment at the processor or, if there is none, our ID of the charge. */
  readonly paymentId: string;
  /** When the charge began, in epoch milliseconds. */
  readonly chargedAt: number;
}

export interface AutoTopUpsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly funds: Pick<Funds, 'view'>;
  readonly customers: Pick<Customers, 'find'>;
  readonly processor: Pick<PaymentProcessor, 'charge' | 'earlierCharge' | 'payment'>;
  /** Books a payment; see `convergePayment`. */
  readonly converge: (paymentId: string) => Promise<unknown>;
  /** Tells the account's people, at least once; a repetition has the same attempt. */
  readonly notify: (notice: TopUpNotice) => Promise<void>;
}

/**
 * Buys credit with a saved payment method when an account runs low. The account's state moves from one charge to the next
 * by conditional writes, and each charge has an idempotency key of its own: however many requests see the account run
 * low, and whatever crashes, one dip causes one charge. A charge about which the bank decides later, such as a debit of a
 * bank account, runs until then.
 */
export class AutoTopUps {
  readonly #options: AutoTopUpsOptions;

  constructor(options: AutoTopUpsOptions) {
    this.#options = options;
  }

  /**
   * Charges the account if it is low and wants that.
   * @returns whether a charge was begun by this call
   * @throws PaymentsUnavailable: `complete` finishes the charge
   */
  async check(accountId: string): Promise<boolean> {
    // The settings come first: a charge that has ended is in the balance that is read after them.
    const state = await this.#read(accountId);
    if (state === undefined || !this.#isReady(state)) return false;
    const { availablePico, heldPico, debtPico, returnedPico, isSuspended } = await this.#options.funds.view(accountId);
    // Nobody who disputes a payment or gets a refund wants to be charged for it again.
    const sincePico = larger(0n, returnedPico - (state.returnedPico ?? returnedPico));
    const isLow = availablePico + heldPico + sincePico < state.thresholdPico;
    if (debtPico > 0n || isSuspended || !isLow) return false;
    const charging = await this.#begin(accountId, { ...state, returnedPico });
    if (charging === undefined) return false;
    await this.#charge(accountId, charging, false);
    return true;
  }

  /**
   * Finishes the charges that were interrupted, and then charges the accounts that are low and were not noticed.
   * @param until epoch milliseconds: no account is begun from then on, and the next call continues. @default no limit
   * @throws the first error, after it has tried each account
   */
  async complete(until?: number): Promise<void> {
    const errors: unknown[] = [];
    const each = (partition: string, work: (accountId: string) => Promise<unknown>): Promise<void> =>
      workThrough(this.#options, { table: ACCOUNTS, partition, until }, ({ sk }) => work(z.string().parse(sk))).catch(
        (error: unknown) => void errors.push(error),
      );
    await each(CHARGING_TOP_UPS_PARTITION, (accountId) => this.#resume(accountId));
    await each(AUTO_TOP_UPS_PARTITION, async (accountId) => {
      // Earlier releases listed an account that is being charged only here.
      if (!(await this.#resume(accountId))) await this.check(accountId);
    });
    if (errors.length > 0) throw errors[0];
  }

  /** @returns whether the account was being charged */
  async #resume(accountId: string): Promise<boolean> {
    const state = await this.#read(accountId);
    if (state?.isCharging !== true) return false;
    await this.#charge(accountId, state, true);
    return true;
  }

  async #read(accountId: string): Promise<AutoTopUp | undefined> {
    const item = await this.#options.store.get({ table: ACCOUNTS, key: autoTopUpKey(accountId) });
    return item && decodeAutoTopUp(item);
  }

  #isReady({ isOn, isCharging, waitsUntil, month, monthCents, amountCents, monthMaxCents }: AutoTopUp): boolean {
    const now = this.#options.clock();
    const spentCents = month === monthOf(now) ? monthCents : 0n;
    return isOn && !isCharging && waitsUntil <= now && spentCents + amountCents <= monthMaxCents;
  }

  /** @returns the state with the charge begun; undefined if another call was faster */
  async #begin(accountId: string, state: AutoTopUp): Promise<AutoTopUp | undefined> {
    const now = this.#options.clock();
    const { amountCents: chargeCents } = state;
    const month = monthOf(now);
    const monthCents = (state.month === month ? state.monthCents : 0n) + chargeCents;
    const attempt = state.attempt + 1;
    const charging = { ...state, isCharging: true, attempt, chargeCents, chargedAt: now, month, monthCents };
    return (await this.#move(accountId, state, charging)) ? charging : undefined;
  }

  async #charge(accountId: string, state: AutoTopUp, isRepeated: boolean): Promise<void> {
    const { converge, notify } = this.#options;
    const { attempt, chargeCents: creditCents } = state;
    const outcome = await this.#ask(accountId, state, isRepeated);
    const paymentId = ('paymentId' in outcome ? outcome.paymentId : undefined) ?? chargeIdOf(accountId, state);
    // The credit comes before the end of the charge, so that no other call sees neither.
    if ('paymentId' in outcome && outcome.paymentId !== undefined) await converge(outcome.paymentId);
    for (;;) {
      const current = await this.#read(accountId);
      if (current?.isCharging !== true || current.attempt !== attempt) return;
      if (outcome.kind === 'pending' && current.pendingPaymentId === outcome.paymentId) return;
      const { next, kind } = this.#after(current, outcome);
      if (kind !== undefined)
        await notify({ accountId, kind, attempt, creditCents, paymentId, chargedAt: state.chargedAt });
      // Fails if the settings were changed meanwhile.
      if (await this.#move(accountId, current, next)) return;
    }
  }

  async #ask(
    accountId: string,
    state: AutoTopUp,
    isRepeated: boolean,
  ): Promise<ChargeOutcome | { readonly kind: 'not_made' }> {
    const { customers, processor, clock } = this.#options;
    const { chargeCents: creditCents, chargedAt: since, pendingPaymentId } = state;
    if (pendingPaymentId !== undefined) return this.#outcomeOf(pendingPaymentId);
    const customerId = await customers.find(accountId);
    if (customerId === undefined) return { kind: 'no_method' };
    const charge = { accountId, customerId, creditCents, since, idempotencyKey: chargeIdOf(accountId, state) };
    const earlier = isRepeated ? await reached(() => processor.earlierCharge(charge)) : undefined;
    if (earlier) return earlier;
    return clock() - since > REPEATED_WITHIN_MS ? { kind: 'not_made' } : reached(() => processor.charge(charge));
  }

  /** The outcome of a charge that was pending when it was made. */
  async #outcomeOf(paymentId: string): Promise<ChargeOutcome> {
    const payment = await reached(() => this.#options.processor.payment(paymentId));
    const isOpen = payment?.state === 'pending' || payment?.state === 'succeeded';
    return { kind: isOpen ? payment.state : 'declined', paymentId };
  }

  /** The state after a charge, and the notice. A charge that was never made costs nothing, and the next one can begin. */
  #after(
    state: AutoTopUp,
    outcome: ChargeOutcome | { readonly kind: 'not_made' },
  ): { readonly next: AutoTopUp; readonly kind?: TopUpNotice['kind'] } {
    const { kind } = outcome;
    if (kind === 'pending') return { next: { ...state, pendingPaymentId: outcome.paymentId } };
    const ended = { ...state, isCharging: false, pendingPaymentId: undefined };
    if (kind === 'succeeded') return { next: { ...ended, declines: 0 }, kind };
    const monthCents = state.monthCents - state.chargeCents;
    if (kind === 'not_made') return { next: { ...ended, monthCents } };
    const declines = state.declines + 1;
    const waitsUntil = this.#options.clock() + BACKOFF_MS * 2 ** (declines - 1);
    const isOver = declines >= DECLINES_MAX || kind === 'no_method';
    return {
      next: { ...ended, declines, monthCents, waitsUntil, isOn: state.isOn && !isOver },
      kind: isOver ? 'disabled' : kind,
    };
  }

  /** @returns false if the state is not as known any more */
  async #move(accountId: string, known: AutoTopUp, next: AutoTopUp): Promise<boolean> {
    const { store } = this.#options;
    const { isOn, isCharging, attempt, chargeCents, chargedAt, declines, waitsUntil, month, monthCents } = next;
    const set = { isOn, isCharging, attempt, chargeCents, chargedAt, declines, waitsUntil, month, monthCents };
    const { pendingPaymentId, returnedPico } = next;
    const change = {
      set: {
        ...set,
        ...(pendingPaymentId && { pendingPaymentId }),
        ...(returnedPico !== undefined && { returnedPico }),
      },
      ...(pendingPaymentId === undefined && { remove: ['pendingPaymentId'] }),
    };
    const refusals = await commit<'moved'>(store, [
      {
        write: {
          table: ACCOUNTS,
          update: autoTopUpKey(accountId),
          change: { ...change, add: { revision: 1n } },
          when: compare('revision', '=', known.revision),
        },
        otherwise: () => 'moved',
      },
      ...listed(accountId, next),
    ]);
    return refusals.length === 0;
  }
}

const chargeIdOf = (accountId: string, { generation, attempt }: AutoTopUp): string =>
  `auto_${accountId}_${generation}_${attempt}`;

/** The month of a time in UTC, such as `2026-11`. */
const monthOf = (now: number): string => isoTime(now).slice(0, 7);
