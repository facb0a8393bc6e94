import { matching, page } from '../http/list';
import { del, get, post, type Call, type Route } from '../http/route';
import { invalidParameter, missingParameter } from '../http/stripe-failure';
import { deleteEndpoint, isDeleted, newEndpoint } from '../webhooks/endpoints';
import type { StripeEvent, WebhookEndpoint } from '../state/kinds';
import { API_VERSION } from '../api-version';

export const eventRoutes: readonly Route[] = [
  get('/v1/events', ({ state, params }) => {
    const types = params.texts('types');
    const events = state.store
      .all('event')
      .filter(matching<StripeEvent>(params, ['type']))
      .filter(({ type }) => types.length === 0 || types.includes(type));
    return page(params, '/v1/events', events);
  }),
  get('/v1/events/{id}', ({ state, id }) => state.store.get('event', id)),
  post('/v1/webhook_endpoints', createEndpoint),
  get('/v1/webhook_endpoints', ({ state, params }) =>
    page(
      params,
      '/v1/webhook_endpoints',
      state.store.all('webhook_endpoint').filter((endpoint) => !isDeleted(state, endpoint.id)),
    ),
  ),
  get('/v1/webhook_endpoints/{id}', ({ state, id }) => state.store.get('webhook_endpoint', id)),
  post('/v1/webhook_endpoints/{id}', updateEndpoint),
  del('/v1/webhook_endpoints/{id}', ({ state, id }) => {
    deleteEndpoint(state, id);
    return { id, object: 'webhook_endpoint', deleted: true };
  }),
];

/** The secret is shown this once. */
function createEndpoint({ state, params }: Call): WebhookEndpoint & { secret: string } {
  const url = params.requiredText('url');
  if (!/^https?:\/\//.test(url))
    throw invalidParameter('url', 'Invalid URL: an absolute http or https address is needed.', 'url_invalid');
  const events = params.texts('enabled_events');
  if (events.length === 0) throw missingParameter('enabled_events');
  const { endpoint, secret } = newEndpoint(state, { url, events, metadata: params.metadata() });
  state.events.changed(endpoint, {
    api_version: params.text('api_version') ?? API_VERSION,
    description: params.text('description') ?? null,
  });
  return { ...endpoint, secret };
}

function updateEndpoint({ state, params, id }: Call): WebhookEndpoint {
  const endpoint = state.store.get('webhook_endpoint', id);
  const disabled = params.flag('disabled');
  return state.events.changed(endpoint, {
    description: params.text('description') ?? endpoint.description,
    enabled_events: params.has('enabled_events') ? params.texts('enabled_events') : endpoint.enabled_events,
    metadata: params.metadata(endpoint.metadata),
    status: disabled === undefined ? endpoint.status : disabled ? 'disabled' : 'enabled',
    url: params.text('url') ?? endpoint.url,
  });
}
