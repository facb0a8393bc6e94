import { API_VERSION } from '../api-version';
import type { FakeTime } from './fake-time';
import { newId } from './ids';
import type { AnyObject, StripeEvent } from './kinds';
import type { Store } from './store';

/** The request that causes the events of the moment; handlers are synchronous, so there is one at most. */
interface Cause {
  readonly id: string | null;
  readonly idempotency_key: string | null;
}

const NO_REQUEST: Cause = { id: null, idempotency_key: null };

/** Records each event with a snapshot of its object, and hands it to the webhooks. */
export class EventLog {
  private readonly store: Store;
  private readonly time: FakeTime;
  private cause: Cause = NO_REQUEST;
  private readonly listeners: ((event: StripeEvent) => void)[] = [];

  constructor(store: Store, time: FakeTime) {
    this.store = store;
    this.time = time;
  }

  onEvent(listener: (event: StripeEvent) => void): void {
    this.listeners.push(listener);
  }

  /** Events recorded within `run` name this request. */
  during<T>(cause: Cause, run: () => T): T {
    this.cause = cause;
    try {
      return run();
    } finally {
      this.cause = NO_REQUEST;
    }
  }

  record(type: string, object: object, previousAttributes?: object): StripeEvent {
    const event: StripeEvent = {
      id: newId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: this.time.now(),
      data: structuredClone({
        object,
        ...(previousAttributes && { previous_attributes: previousAttributes }),
      }),
      livemode: false,
      pending_webhooks: 0,
      request: { ...this.cause },
      type,
    };
    this.store.save(event);
    for (const listener of this.listeners) listener(event);
    return event;
  }

  /** Saves a new object and records its creation. */
  created<T extends AnyObject>(object: T, type = `${object.object}.created`): T {
    this.store.save(object);
    this.record(type, object);
    return object;
  }

  /** Changes an object, saves it, and records `type` with the previous values of what changed, if anything did. */
  changed<T extends AnyObject>(object: T, changes: Partial<T>, type?: string): T {
    const before = Object.entries(changes)
      .map(([name, value]) => [name, value, object[name as keyof T]] as const)
      .filter(([, value, previous]) => JSON.stringify(value) !== JSON.stringify(previous))
      .map(([name, , previous]) => [name, previous] as const);
    const previousAttributes = structuredClone(Object.fromEntries(before));
    Object.assign(object, changes);
    this.store.save(object);
    if (type !== undefined && before.length > 0) this.record(type, object, previousAttributes);
    return object;
  }
}
