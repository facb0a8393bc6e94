import { expireSession } from '../checkout/expire-session';
import type { StripeState } from '../state/stripe-state';
import { collect } from './collect';
import { dueAt, renew } from './renew';

interface Due {
  readonly at: number;
  readonly run: () => void;
}

/** Does everything that fell due up to now, each at its own time and in order. */
export function runDue(state: StripeState): void {
  const now = state.time.now();
  for (let due = earliest(state); due && due.at <= now; due = earliest(state)) {
    const { at, run } = due;
    state.time.at(at, run);
  }
}

function earliest(state: StripeState): Due | undefined {
  return [...sessions(state), ...renewals(state), ...retries(state)].sort((a, b) => a.at - b.at)[0];
}

const sessions = (state: StripeState): Due[] =>
  state.store
    .all('checkout.session')
    .filter(({ status }) => status === 'open')
    .map((session) => ({ at: session.expires_at, run: () => expireSession(state, session) }));

const renewals = (state: StripeState): Due[] =>
  state.store.all('subscription').flatMap((subscription) => {
    const at = dueAt(subscription);
    return at === undefined ? [] : [{ at, run: () => renew(state, subscription) }];
  });

const retries = (state: StripeState): Due[] =>
  state.store.all('invoice').flatMap((invoice) => {
    const at = invoice.status === 'open' ? invoice.next_payment_attempt : null;
    return at === null ? [] : [{ at, run: () => void collect(state, invoice, { offSession: true }) }];
  });
