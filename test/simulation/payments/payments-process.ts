import type { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { AutoTopUps } from '../../../lambdas/domain/payments/auto-top-up';
import { picoOfCents } from '../../../lambdas/domain/payments/cents';
import { convergePayment } from '../../../lambdas/domain/payments/converge-payment';
import type { Customers } from '../../../lambdas/domain/payments/customers';
import { PaymentEvents } from '../../../lambdas/domain/payments/payment-events';
import { PaymentExceptions } from '../../../lambdas/domain/payments/payment-exceptions';
import { Plans } from '../../../lambdas/domain/payments/plans/plans';
import { ProcessorUnavailable } from '../../../lambdas/domain/payments/processor-errors';
import { reconcile } from '../../../lambdas/domain/payments/reconcile';
import { Refunds } from '../../../lambdas/domain/payments/refunds';
import { NO_NOTIFY } from '../../../lambdas/domain/notifications/outbox/outbox';
import { Funds } from '../../../lambdas/domain/wallet/funds/funds';
import { Wallet } from '../../../lambdas/domain/wallet/wallet';
import type { Random } from '../random';
import type { Scheduler } from '../scheduler';
import { BONUS_PRICE, DEPLOYMENT, type FakeProcessor, type SimulatedEvent } from './fake-processor';

import { ACCOUNTS_PLAYED, BONUS_USD, type PaymentsSabotage } from './played';
import { Life, type Network, remote, remoteStore } from './network';

const SILENT_LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** Nobody subscribes on a page here. */
const NO_CUSTOMERS: Pick<Customers, 'read' | 'use'> = {
  read: () => Promise.resolve(undefined),
  use: () => Promise.reject(new Error('there is no customer')),
};
const REASONS = ['goodwill', 'welcome'] as const;

interface Setting {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly engine: EmbeddedStore;
  readonly processor: FakeProcessor;
  readonly random: Random;
  readonly sabotage: PaymentsSabotage;
}

/** The code under test, wired in one process that lives until its next crash. */
export class Payments {
  readonly #processor: FakeProcessor;
  readonly #wallet: Wallet;
  readonly #funds: Funds;
  readonly #refunds: Refunds;
  readonly #autoTopUps: AutoTopUps;
  readonly #events: PaymentEvents;
  readonly #converge: (paymentId: string) => ReturnType<typeof convergePayment>;
  readonly #reconcile: () => Promise<unknown>;
  readonly #now: () => number;

  constructor({ scheduler, network, engine, processor, random, sabotage }: Setting) {
    const life = new Life();
    const store = remoteStore(network, life, engine);
    const clock = (): number => scheduler.now;
    const reached = remote(network, life, processor, () => new ProcessorUnavailable(), ['movements']);
    const seen = sabotaged(reached, sabotage, random);
    const sleep = (ms: number): Promise<void> =>
      new Promise((resolve) => scheduler.later(ms, random, () => (life.isOver ? undefined : resolve())));
    const timing = { clock, random: () => random.fraction(), sleep };
    const options = { store, usageRetentionDays: 90, ...timing };
    this.#now = clock;
    this.#processor = processor;
    this.#wallet = new Wallet(options);
    this.#funds = new Funds(options);
    const exceptions = new PaymentExceptions({ store, clock, log: SILENT_LOG, timing });
    const plans = new Plans({
      clock,
      log: SILENT_LOG,
      funds: this.#funds,
      exceptions,
      customers: NO_CUSTOMERS,
      processor,
      deployment: DEPLOYMENT,
      settings: [{ id: 'plan', stripePriceId: BONUS_PRICE, bonusUsd: BONUS_USD }],
    });
    const grantBonus: Plans['grantBonus'] = (period) => plans.grantBonus(period);
    const tellNobody = (): Promise<void> => Promise.resolve();
    this.#converge = (paymentId) =>
      convergePayment(
        {
          processor: seen,
          wallet: this.#wallet,
          funds: this.#funds,
          exceptions,
          grantBonus,
          notify: NO_NOTIFY,
          tellOnce: tellNobody,
          deployment: DEPLOYMENT,
        },
        paymentId,
      );
    this.#refunds = new Refunds({ store, clock, funds: this.#funds, processor: seen });
    const customers = { find: (accountId: string) => Promise.resolve(`cus_${accountId}`) };
    this.#autoTopUps = new AutoTopUps({
      store,
      clock,
      funds: this.#funds,
      customers,
      processor: seen,
      converge: this.#converge,
      notify: () => Promise.resolve(),
    });
    this.#events = new PaymentEvents({
      store,
      clock,
      processor: seen,
      converge: this.#converge,
      grantBonus,
      notePaidElsewhere: tellNobody,
      tellInvoice: tellNobody,
      followSubscription: tellNobody,
    });
    this.#reconcile = () =>
      reconcile({ store, processor: seen, converge: this.#converge }, { from: 0, to: scheduler.now });
  }

  /** Does something at random. It may fail, or never end. */
  run(random: Random, delivered: SimulatedEvent[]): void {
    const accountId = random.pick(ACCOUNTS_PLAYED);
    const processor = this.#processor;
    const paymentId = random.pick([...processor.payments.keys(), '']);
    const started = (work: Promise<unknown>): void => void work.catch(() => undefined);
    const cents = BigInt(random.between(1, 2_000));
    const number = random.next();
    switch (random.between(0, 19)) {
      case 0:
      case 1:
        processor.pay({ accountId, creditCents: cents });
        return;
      case 2:
        processor.payInvoice(accountId, cents);
        return;
      case 3:
        processor.payBadly(accountId, cents);
        return;
      case 4:
      case 5:
      case 6:
        return started(this.#deliver(random, delivered));
      case 7:
      case 8:
      case 9:
        return started(this.#spend(random, accountId));
      case 10:
        if (paymentId === '') return;
        return started(
          this.#refunds.refund({ accountId, paymentId, refundId: `refund_${number}`, creditCents: cents }),
        );
      case 11:
        if (paymentId !== '') processor.refundThere(paymentId, cents);
        return;
      case 12:
        if (paymentId !== '') processor.failRefund(paymentId);
        return;
      case 13:
        if (paymentId !== '') processor.dispute(paymentId);
        return;
      case 14:
        for (const disputed of processor.disputed()) {
          if (random.chance(0.5)) processor.winDispute(disputed);
          if (random.chance(0.5)) processor.appealDispute(disputed);
        }
        return;
      case 15: {
        const expiresAt = random.chance(0.3) ? undefined : this.#now() + random.between(1, 20) * MINUTE_MS;
        const grant = { accountId, grantId: `grant_${number}`, amountPico: picoOfCents(cents), expiresAt };
        return started(this.#funds.grant({ ...grant, reason: random.pick(REASONS) }));
      }
      case 16: {
        const linePico = picoOfCents(BigInt(random.between(0, 20)) * 100n);
        return started(this.#funds.setLine({ accountId, changeId: `line_${number}`, linePico }));
      }
      case 17:
        processor.isDeclining = random.chance(0.3);
        for (let check = 0; check < 4; check += 1) started(this.#autoTopUps.check(accountId));
        return;
      case 18:
        return started(this.#jobs());
      default:
        return started(this.#reconcile());
    }
  }

  /** Runs the scheduled jobs, without faults. */
  async recover(): Promise<void> {
    await this.#wallet.expireDue({});
    await this.#reconcile();
    await this.#jobs();
    await this.#funds.payDebts();
  }

  async #jobs(): Promise<void> {
    await this.#funds.expireGrants();
    await this.#refunds.complete();
    await this.#autoTopUps.complete();
  }

  /** Delivers some of the events that wait, in any order, and sometimes one that was delivered before. */
  async #deliver(random: Random, delivered: SimulatedEvent[]): Promise<void> {
    const { events } = this.#processor;
    const event = random.chance(0.2) && delivered.length > 0 ? random.pick(delivered) : take(random, events);
    if (event === undefined) return;
    delivered.push(event);
    await this.#events.receive(event);
  }

  async #spend(random: Random, accountId: string): Promise<void> {
    const requestId = `req_${String(random.next()).padStart(26, '0')}`;
    const at = new Date(this.#now()).toISOString();
    const request = {
      keyId: 'key',
      endpoint: 'chat' as const,
      model: 'm',
      provider: 'p',
      streamed: false,
      at,
      priceVersion: 'v',
    };
    const holdPico = picoOfCents(BigInt(random.between(1, 900)));
    const deadline = this.#now() + random.between(1, 5) * MINUTE_MS;
    const hold = await this.#wallet.reserve({ accountId, requestId, holdPico, deadline, request });
    const costPico = BigInt(random.between(0, Number(holdPico / 1_000n))) * 1_000n;
    const record = {
      requestId,
      accountId,
      ...request,
      status: 'completed' as const,
      httpStatus: 200,
      usage: {},
      estimated: false,
      firstByteMs: 1,
      durationMs: 1,
    };
    await this.#wallet.settle({ hold, kind: 'charge', costPico, record });
    await this.#autoTopUps.check(accountId);
  }
}

function take<T>(random: Random, list: T[]): T | undefined {
  return list.splice(random.between(0, Math.max(0, list.length - 1)), 1)[0];
}

function sabotaged(
  processor: FakeProcessor,
  { payment, forgetsKeys }: PaymentsSabotage,
  random: Random,
): FakeProcessor {
  if (payment === undefined && forgetsKeys !== true) return processor;
  return new Proxy(processor, {
    get(target, name) {
      if (name === 'payment' && payment) {
        return async (paymentId: string) => {
          const known = await target.payment(paymentId);
          return known && payment(known);
        };
      }
      if (name === 'charge' && forgetsKeys === true) {
        return (charge: Parameters<FakeProcessor['charge']>[0]) =>
          target.charge({ ...charge, idempotencyKey: `${charge.idempotencyKey}_${random.next()}` });
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
