import { post, type Route } from '../http/route';
import { newId } from '../state/ids';
import type { PortalSession } from '../state/kinds';
import { customerOf } from './customers';

export const portalRoutes: readonly Route[] = [
  post('/v1/billing_portal/sessions', ({ state, params }) => {
    const customer = customerOf(state, params.requiredText('customer'), 'customer');
    const id = newId('bps');
    return state.events.created<PortalSession>({
      id,
      object: 'billing_portal.session',
      configuration: 'bpc_fake',
      created: state.time.now(),
      customer: customer.id,
      customer_account: null,
      flow: null,
      livemode: false,
      locale: null,
      on_behalf_of: null,
      return_url: params.text('return_url') ?? null,
      url: `${state.url()}/p/session/${id}`,
    });
  }),
];
