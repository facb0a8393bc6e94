import { runDue } from '../billing/run-due';
import { parseForm } from '../http/form';
import { Params } from '../http/params';
import { StripeFailure } from '../http/stripe-failure';
import type { StripeState } from '../state/stripe-state';
import { authenticate, showAuthentication } from './authenticate-page';
import { showCheckout, submitCheckout } from './checkout-page';
import { markup, htmlPage } from './html';
import { invoicePdf, showInvoice, showReceipt, submitInvoice } from './invoice-page';
import { type PageResult, shown } from './page-result';
import { showPortal, submitPortal } from './portal-page';

interface PageRequest {
  readonly isPost: boolean;
  readonly path: string;
  readonly form: string;
}

type Page = (state: StripeState, id: string, form: Params | undefined) => PageResult;

/** The pages that people see. `form` is what they sent, if they did. */
const PAGES: readonly (readonly [RegExp, Page])[] = [
  [
    /^\/c\/pay\/([^/]+)$/,
    (state, id, form) => {
      const session = state.store.get('checkout.session', id);
      return form ? submitCheckout(state, session, form) : showCheckout(state, session);
    },
  ],
  [
    /^\/authenticate\/([^/]+)$/,
    (state, id, form) => (form ? authenticate(state, id, form.text('answer') === 'complete') : showAuthentication()),
  ],
  [
    /^\/p\/session\/([^/]+)$/,
    (state, id, form) => {
      const session = state.store.get('billing_portal.session', id);
      return form ? submitPortal(state, session, form) : showPortal(state, session);
    },
  ],
  [/^\/invoices\/([^/]+)\/pdf$/, (state, id) => invoicePdf(state.store.get('invoice', id))],
  [
    /^\/invoices\/([^/]+)$/,
    (state, id, form) => {
      const invoice = state.store.get('invoice', id);
      return form ? submitInvoice(state, invoice, form.text('card') ?? '') : showInvoice(invoice);
    },
  ],
  [/^\/receipts\/([^/]+)$/, (state, id) => showReceipt(state.store.get('charge', id))],
];

export function servePage(state: StripeState, { isPost, path, form }: PageRequest): PageResult {
  try {
    runDue(state);
    for (const [pattern, show] of PAGES) {
      const id = pattern.exec(path)?.[1];
      if (id !== undefined) return show(state, id, isPost ? new Params(parseForm(form)) : undefined);
    }
    return message('Page not found', 'There is nothing at this address.', 404);
  } catch (error) {
    if (error instanceof StripeFailure) return message('That did not work', error.message, error.status);
    throw error;
  }
}

const message = (title: string, text: string, status: number): PageResult =>
  shown(htmlPage(title, markup`<p>${text}</p>`), status);
