import { StoreUnavailable } from '../../lambdas/domain/table/table-errors';
import { WalletNotFound } from '../../lambdas/domain/wallet/wallet-errors';
import type { Actor } from './actor';
import { movedInto } from './fields';
import { accountIdOf, paymentIdOf } from './intents';
import { expectKept } from './violation';

export async function open(actor: Actor, account: number): Promise<void> {
  const result = await actor.outcome(actor.wallet.open(accountIdOf(account)));
  if ('outage' in result) return;
  expectKept('answers', actor.world.stored.balances.has(accountIdOf(account)), 'a wallet was opened and is not there');
}

/** A payment is reported: again and again, and to whomever. */
export async function credit(actor: Actor, place: number): Promise<void> {
  const { world, wallet } = actor;
  const payment = world.plan.payments[place];
  if (!payment) throw new RangeError('there is no such payment');
  const accountId = accountIdOf(payment.account);
  const paymentId = paymentIdOf(place);
  const startedAt = world.scheduler.now;
  const call = wallet.credit({ accountId, amountPico: payment.amountPico, paymentId });
  const result = await actor.outcome(call, [WalletNotFound]);
  if ('outage' in result) return;
  if ('refusal' in result) {
    expectKept('answers', (world.intents.opened.get(accountId) ?? Infinity) >= startedAt, 'there was a wallet');
    return;
  }
  actor.note(() => `payment ${place} of ${payment.amountPico}: ${result.answer}`);
  const entry = world.stored.entriesOf(accountId).get(`entry#${paymentId}`);
  const isCredited = entry !== undefined && movedInto('available', entry) === payment.amountPico;
  expectKept('invariant 5', isCredited, `${paymentId} was acknowledged and is not credited`);
}

/** The sweeper's run. A failed one is followed by the next. */
export async function sweep(actor: Actor): Promise<void> {
  const everything = actor.world.takeRestart();
  const result = await actor.outcome(actor.wallet.expireDue({ everything }), [StoreUnavailable]);
  if (!('answer' in result)) return;
  const { expired, failed } = result.answer;
  actor.note(() => `sweep of ${everything ? 'everything' : 'what is due'}: ${expired} expired`);
  expectKept('invariant 9', failed === 0, `${failed} holds could not be ended`);
}
