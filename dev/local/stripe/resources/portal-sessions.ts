import { post, type Route } from '../http/route';
import { invalidParameter } from '../http/stripe-failure';
import { newId } from '../state/ids';
import type { PortalSession } from '../state/kinds';
import { customerOf } from './customers';

export const portalRoutes: readonly Route[] = [
  post('/v1/billing_portal/sessions', ({ state, params }) => {
    const customer = customerOf(state, params.requiredText('customer'), 'customer');
    const id = newId('bps');
    const returnUrl = params.text('return_url') ?? null;
    if (returnUrl !== null && !/^https?:\/\//.test(returnUrl))
      throw invalidParameter('return_url', 'Not a valid URL', 'url_invalid');
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
      return_url: returnUrl,
      url: `${state.url()}/p/session/${id}`,
    });
  }),
];
