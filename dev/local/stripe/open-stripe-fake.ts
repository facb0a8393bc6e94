import type { Clock } from '../../../lambdas/domain/clock';
import { PeriodicTask } from '../gateway/periodic-task';
import { FakeControls } from './controls/fake-controls';
import { Faults } from './http/faults';
import { IdempotencyKeys } from './http/idempotency';
import { listen } from './http/server';
import { NextOutcomes } from './payments/next-outcomes';
import { ROUTES } from './resources/routes';
import { EventLog } from './state/event-log';
import { FakeTime } from './state/fake-time';
import type { KeyValuePort } from './state/key-value';
import { Store } from './state/store';
import type { StripeState } from './state/stripe-state';
import { type EndpointOptions, newEndpoint, setSecret } from './webhooks/endpoints';
import { WebhookSender } from './webhooks/webhook-sender';

export interface StripeFakeOptions {
  readonly clock: Clock;
  /** A free one by default. */
  readonly port?: number;
  /** Where events go. An endpoint that is known from an earlier run stays as it is, but for its secret. */
  readonly webhooks?: readonly EndpointOptions[];
  /** Keeps the state between runs. */
  readonly keyValue?: KeyValuePort;
  /** How often to look for what falls due by itself. Only calls and controls do by default. */
  readonly tickEveryMs?: number;
}

export interface StripeFake {
  /** `http://127.0.0.1:PORT`: the API below `/v1`, and the pages. */
  readonly url: string;
  readonly controls: FakeControls;
  close(): Promise<void>;
}

/** Starts a stand-in for Stripe on this machine. docs/local-stripe.md says what it speaks. */
export async function openStripeFake(options: StripeFakeOptions): Promise<StripeFake> {
  const store = new Store(options.keyValue);
  const time = new FakeTime(options.clock, store);
  let url = '';
  const events = new EventLog(store, time);
  const state: StripeState = { store, time, events, outcomes: new NextOutcomes(), url: () => url };
  const webhooks = new WebhookSender(state);
  const faults = new Faults();
  const controls = new FakeControls(state, faults, webhooks);
  addEndpoints(state, options.webhooks ?? []);
  const api = { state, routes: ROUTES, keys: new IdempotencyKeys(store, time), faults };
  const { server, port } = await listen({ api, controls, webhooks }, options.port ?? 0);
  url = `http://127.0.0.1:${port}`;
  const ticking = new PeriodicTask(options.tickEveryMs ?? 0, async () => void controls.tick());
  if (options.tickEveryMs !== undefined) ticking.start();
  return {
    url,
    controls,
    close: async () => {
      await ticking.stop();
      faults.clear();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await webhooks.stop();
    },
  };
}

function addEndpoints(state: StripeState, endpoints: readonly EndpointOptions[]): void {
  for (const options of endpoints) {
    const known = state.store.all('webhook_endpoint').find(({ url }) => url === options.url);
    if (!known) newEndpoint(state, options);
    else if (options.secret !== undefined) setSecret(state, known.id, options.secret);
  }
}
