import { API_VERSION } from '../api-version';
import { newId } from '../state/ids';
import type { StripeEvent, WebhookEndpoint } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';

export interface EndpointOptions {
  readonly url: string;
  /** `['*']` by default. */
  readonly events?: readonly string[];
  /** `whsec_…`; a new one by default. */
  readonly secret?: string;
  readonly metadata?: Record<string, string>;
}

export function newEndpoint(
  { store, time }: StripeState,
  { url, events = ['*'], secret = newId('whsec', 32), metadata = {} }: EndpointOptions,
): { endpoint: WebhookEndpoint; secret: string } {
  const endpoint = store.save<WebhookEndpoint>({
    id: newId('we'),
    object: 'webhook_endpoint',
    api_version: API_VERSION,
    application: null,
    created: time.now(),
    description: null,
    enabled_events: [...events],
    livemode: false,
    metadata,
    status: 'enabled',
    url,
  });
  store.saveNote('endpoint', endpoint.id, { secret });
  return { endpoint, secret };
}

/** The fake keeps a deleted endpoint, so that its deliveries can still be told apart. */
export function deleteEndpoint(state: StripeState, id: string): void {
  state.events.changed(state.store.get('webhook_endpoint', id), { status: 'disabled' });
  state.store.saveNote('endpoint', id, { secret: secretOf(state, id), isDeleted: true });
}

export const isDeleted = ({ store }: StripeState, id: string): boolean =>
  store.note('endpoint', id)?.isDeleted ?? false;

export const setSecret = ({ store }: StripeState, id: string, secret: string): void =>
  store.saveNote('endpoint', id, { ...store.note('endpoint', id), secret });

export const secretOf = ({ store }: StripeState, id: string): string => store.note('endpoint', id)?.secret ?? '';

/** The enabled endpoints that want an event of this type. */
export const endpointsFor = ({ store }: StripeState, { type }: StripeEvent): WebhookEndpoint[] =>
  store
    .all('webhook_endpoint')
    .filter(
      ({ status, enabled_events }) => status === 'enabled' && enabled_events.some((one) => one === '*' || one === type),
    );
