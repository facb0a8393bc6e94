import type { IncomingMessage, ServerResponse } from 'node:http';
import { ulid } from 'ulid';
import { newTopUpSchema } from '../../../lambdas/contracts/http/payments';
import type { Clock } from '../../../lambdas/domain/clock';
import { AppError } from '../../../lambdas/domain/errors/app-error';
import { formatUsd, parseUsd } from '../../../lambdas/domain/money/pico';
import { escapeHtml } from '../../../lambdas/domain/notifications/templates/template';
import { wholeCentsIn } from '../../../lambdas/domain/payments/cents';
import type { Payments } from '../../../lambdas/domain/payments/payments';
import type { Funds, FundsView } from '../../../lambdas/domain/wallet/funds/funds';
import { isOfThisMachine, type LocalPage, showPage } from '../pages/local-page';

export const CREDIT_PATH = '/credit';

const FORM_BYTES_MAX = 4 * 1_024;
const AMOUNT_SUGGESTED = '25.00';

export interface CreditPageOptions {
  readonly accountId: string;
  readonly clock: Clock;
  readonly funds: Pick<Funds, 'view'>;
  readonly openTopUps: () => Promise<Pick<Payments['topUps'], 'begin'>>;
  /** Whether the stand-in for Stripe takes the payments. */
  readonly isStandIn: boolean;
}

/** Shows the credit of the demo account and begins purchases, so that a local run needs no other client for that. */
export class CreditPage implements LocalPage {
  private readonly options: CreditPageOptions;

  constructor(options: CreditPageOptions) {
    this.options = options;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method } = request;
    if (!isOfThisMachine(request)) return void response.writeHead(421).end();
    if (method === 'GET' || method === 'HEAD') return this.show(request, response);
    if (method !== 'POST') return void response.writeHead(405, { allow: 'GET, HEAD, POST' }).end();
    // A page of another origin can send this form too, but browsers say so.
    if (request.headers['sec-fetch-site'] !== 'same-origin') return void response.writeHead(403).end();
    const form = await readForm(request);
    if (form === undefined) return void response.writeHead(413, { connection: 'close' }).end();
    return this.begin(request, response, form);
  }

  private async begin(request: IncomingMessage, response: ServerResponse, form: URLSearchParams): Promise<void> {
    const { accountId, clock, openTopUps } = this.options;
    const returnUrl = `http://${request.headers.host ?? ''}${CREDIT_PATH}`;
    const asked = newTopUpSchema.safeParse({ amount: form.get('amount'), saveMethod: form.has('save') });
    if (!asked.success)
      return this.show(request, response, { status: 400, message: `The amount ${asked.error.issues[0]?.message}.` });
    try {
      const topUps = await openTopUps();
      const { url } = await topUps.begin({
        accountId,
        topUpId: ulid(clock()),
        creditCents: wholeCentsIn(parseUsd(asked.data.amount)),
        savesMethod: asked.data.saveMethod,
        successUrl: returnUrl,
        cancelUrl: returnUrl,
      });
      response.writeHead(303, { location: url }).end();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await this.show(request, response, { status: error.status, message: error.message });
    }
  }

  private async show(
    request: IncomingMessage,
    response: ServerResponse,
    { status, message }: { readonly status?: number; readonly message?: string } = {},
  ): Promise<void> {
    const { accountId, funds, isStandIn } = this.options;
    const alert = message === undefined ? '' : `<p role="alert">${escapeHtml(message)}</p>`;
    const content = `${alert}${moneyTable(await funds.view(accountId))}
<form method="post"><label>Amount in US dollars<input name="amount" inputmode="decimal" value="${AMOUNT_SUGGESTED}" required autocomplete="off"></label>
<label><input type="checkbox" name="save"> Save the card for automatic top-ups</label><button>Buy credit</button></form>
<p class="note">You pay on a page of ${isStandIn ? 'the local stand-in for Stripe, so no money moves' : 'Stripe'}.
The payment credits the account, a moment after you have paid: reload this page to see it.
This page belongs to the local run.</p>
<p class="note">Demo account ${escapeHtml(accountId)}</p>`;
    showPage(request, response, { title: 'Credit', content, ...(status !== undefined && { status }) });
  }
}

function moneyTable({ availablePico, heldPico, paidPico, promotionalPico, debtPico }: FundsView): string {
  const rows = [
    ['Available', availablePico],
    ['Held by running requests', heldPico],
    ['Paid', paidPico],
    ['Promotional', promotionalPico],
    ['Debt', debtPico],
  ] as const;
  const cells = rows.map(([name, pico]) => `<tr><td>${name}</td><td>$${formatUsd(pico)}</td></tr>`);
  return `<table aria-label="Balance">${cells.join('')}</table>`;
}

/** @returns undefined for a form that is too large */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1');
    if (text.length > FORM_BYTES_MAX) return undefined;
  }
  return new URLSearchParams(text);
}
