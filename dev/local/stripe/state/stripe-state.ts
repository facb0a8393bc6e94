import type { EventLog } from './event-log';
import type { FakeTime } from './fake-time';
import type { NextOutcomes } from '../payments/next-outcomes';
import type { Store } from './store';

/** The state that every handler reads and changes. */
export interface StripeState {
  readonly store: Store;
  readonly time: FakeTime;
  readonly events: EventLog;
  readonly outcomes: NextOutcomes;
  /** The fake's own address, without a slash at its end: its pages are below it. */
  readonly url: () => string;
}
