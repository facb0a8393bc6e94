import { StoreUnavailable } from '../../lambdas/domain/table/table-errors';
import { InsufficientFunds, KeyLimitReached, WalletNotFound } from '../../lambdas/domain/wallet/wallet-errors';
import { suspendBalance } from '../../lambdas/domain/wallet/balance/balance';
import type { Actor } from './actor';
import { movedInto } from './fields';
import { accountIdOf, paymentIdOf } from './intents';
import { expectKept } from './violation';

export async function open(actor: Actor, account: number): Promise<void> {
  const result = await actor.outcome(actor.wallet.open(accountIdOf(account)));
  if ('outage' in result) return;
  expectKept('answers', actor.world.stored.balances.has(accountIdOf(account)), 'a wallet was opened but is not stored');
}

/** Reports a payment, any number of times and to any process. */
export async function credit(actor: Actor, index: number): Promise<void> {
  const { world, wallet } = actor;
  const payment = world.plan.payments[index];
  if (!payment) throw new RangeError('the plan has no such payment');
  const accountId = accountIdOf(payment.account);
  const paymentId = paymentIdOf(index);
  const startedAt = world.scheduler.now;
  const call = wallet.credit({ accountId, amountPico: payment.amountPico, paymentId });
  const result = await actor.outcome(call, [WalletNotFound]);
  if ('outage' in result) return;
  if ('refusal' in result) {
    expectKept(
      'answers',
      (world.intents.opened.get(accountId) ?? Infinity) >= startedAt,
      'a credit did not find a wallet that was open',
    );
    return;
  }
  actor.note(() => `payment ${index} of ${payment.amountPico}: ${result.answer}`);
  const entry = world.stored.entriesOf(accountId).get(`entry#${paymentId}`);
  const isCredited = entry !== undefined && movedInto('available', entry) === payment.amountPico;
  expectKept('invariant 5', isCredited, `${paymentId} was acknowledged and is not credited`);
}

/** An operator suspends an account: it gets no money for requests, but those that run can still end. */
export async function suspend(actor: Actor, account: number): Promise<void> {
  const suspendedAt = new Date(actor.process.clock()).toISOString();
  await actor.outcome(actor.store.write(suspendBalance(accountIdOf(account), suspendedAt)));
}

export async function resume(actor: Actor, account: number): Promise<void> {
  await actor.outcome(actor.store.write(suspendBalance(accountIdOf(account), undefined)));
}

/** Checks that a refusal for a suspension is true. */
export function expectSuspended({ world }: Actor, accountId: string, startedAt: number): void {
  const isSuspended = world.stored.balances.get(accountId)?.['suspendedAt'] !== undefined;
  const wasSuspended = (world.intents.resumed.get(accountId) ?? 0) >= startedAt;
  expectKept('answers', isSuspended || wasSuspended, `${accountId} was refused money and is not suspended`);
}

/** Runs the sweeper. The next run makes up for a failed one. */
export async function sweep(actor: Actor): Promise<void> {
  const everything = actor.world.takeRestart();
  const result = await actor.outcome(actor.wallet.expireDue({ everything }), [StoreUnavailable]);
  if (!('answer' in result)) return;
  const { expired, failed } = result.answer;
  actor.note(() => `sweep of ${everything ? 'everything' : 'what is due'}: ${expired} expired`);
  expectKept('invariant 9', failed === 0, `${failed} holds could not be ended`);
}

/** The amount that a wallet or a budget would have covered when it refused money. */
export function affordedBy(refusal: Error): bigint | undefined {
  if (refusal instanceof InsufficientFunds) return refusal.availablePico;
  return refusal instanceof KeyLimitReached && refusal.limit.kind === 'budget' ? refusal.limit.leftPico : undefined;
}
