import { API_VERSION } from '../api-version';
import { runDue } from '../billing/run-due';
import { newId } from '../state/ids';
import type { StripeState } from '../state/stripe-state';
import { expand } from './expand';
import type { Fault, Faults } from './faults';
import { type FormValue, parseForm } from './form';
import type { Answer, IdempotencyKeys } from './idempotency';
import { Params } from './params';
import { findRoute, type Route } from './route';
import { StripeFailure, unauthorized, unknownParameter, unknownPath } from './stripe-failure';

export interface HttpCall {
  readonly method: string;
  readonly path: string;
  /** The query of a GET or DELETE, or the body of a POST. */
  readonly form: string;
  readonly header: (name: string) => string | undefined;
}

export interface HttpAnswer extends Answer {
  readonly headers: Readonly<Record<string, string>>;
}

export interface Api {
  readonly state: StripeState;
  readonly routes: readonly Route[];
  readonly keys: IdempotencyKeys;
  readonly faults: Faults;
}

/**
 * Answers one call of the API.
 *
 * @returns undefined if a fault cuts the connection
 */
export async function serveCall(api: Api, call: HttpCall): Promise<HttpAnswer | undefined> {
  const requestId = newId('req', 14);
  const key = call.method === 'POST' ? call.header('idempotency-key') : undefined;
  const headers = {
    'content-type': 'application/json',
    'request-id': requestId,
    'stripe-version': API_VERSION,
    ...(key !== undefined && { 'idempotency-key': key }),
  };
  const fault = api.faults.take(call.method, call.path);
  if (fault && fault.kind !== 'hold' && !fault.applied) {
    const answer = faultAnswer(fault, requestId);
    return answer && { ...answer, headers };
  }
  const { answer, isReplay } = await answerTo(api, call, { requestId, key, fault });
  if (fault?.kind === 'disconnect') return undefined;
  return { ...answer, headers: { ...headers, ...(isReplay && { 'idempotent-replayed': 'true' }) } };
}

interface Context {
  readonly requestId: string;
  readonly key: string | undefined;
  readonly fault: Fault | undefined;
}

async function answerTo(
  api: Api,
  call: HttpCall,
  { requestId, key, fault }: Context,
): Promise<{ answer: Answer; isReplay: boolean }> {
  const form = parseForm(call.form);
  const attempt = { path: `${call.method} ${call.path}`, parameters: JSON.stringify(sorted(form)) };
  let claimed = false;
  let result: { answer: Answer; ran: boolean };
  try {
    assertAccepted(call);
    const replay = key === undefined ? undefined : api.keys.begin(key, attempt);
    if (replay) return { answer: replay, isReplay: true };
    claimed = key !== undefined;
    if (fault?.kind === 'hold' && !fault.applied) await api.faults.held();
    const handled = run(api, call, form, { id: requestId, idempotency_key: key ?? null });
    result = { answer: { status: 200, body: JSON.stringify(handled, undefined, 2) }, ran: true };
  } catch (error) {
    result = failure(error, requestId);
  }
  if (fault?.kind === 'hold' && fault.applied) await api.faults.held();
  // Stripe repeats an internal error to a retry with the same key, even if the change was made.
  if (fault?.kind === 'server_error' || fault?.kind === 'rate_limit')
    result = { answer: faultAnswer(fault, requestId) ?? result.answer, ran: fault.kind === 'server_error' };
  if (claimed && key !== undefined) api.keys.end(key, attempt, result.ran ? result.answer : undefined);
  return { answer: result.answer, isReplay: false };
}

function assertAccepted(call: HttpCall): void {
  const authorization = call.header('authorization') ?? '';
  if (!authorization.startsWith('Bearer '))
    throw unauthorized('You did not provide an API key: set the header `Authorization: Bearer sk_test_…`.');
  if (!/^Bearer [sr]k_test_/.test(authorization))
    throw unauthorized('Invalid API key provided. The fake accepts test keys only (sk_test_…).');
  const version = call.header('stripe-version');
  if (version !== undefined && version !== API_VERSION)
    throw new StripeFailure(
      400,
      { type: 'invalid_request_error', message: `The fake speaks Stripe-Version ${API_VERSION} only.` },
      false,
    );
}

function run(
  { state, routes }: Api,
  { method, path, header }: HttpCall,
  form: Record<string, FormValue>,
  cause: { id: string; idempotency_key: string | null },
): object {
  const found = findRoute(routes, method, path);
  if (!found) throw unknownPath(method, path);
  const namesVersion = header('stripe-version') !== undefined;
  runDue(state);
  const params = new Params(form);
  // The pinned version calls it `allowed_payment_method_types`; a caller without a version may be older.
  if (namesVersion && method === 'POST' && params.has('payment_method_types'))
    throw unknownParameter('payment_method_types');
  const result = state.events.during(cause, () => found.route.handle({ state, params, id: found.id }));
  return expand(state, result, params.texts('expand'));
}

function failure(error: unknown, requestId: string): { answer: Answer; ran: boolean } {
  if (error instanceof StripeFailure)
    return { answer: errorAnswer(error.status, error.body, requestId), ran: error.ran };
  // A defect of the fake itself: its message helps, and nobody's data is in it.
  const message = `The fake failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  return { answer: errorAnswer(500, { type: 'api_error', message }, requestId), ran: true };
}

function faultAnswer({ kind }: Fault, requestId: string): Answer | undefined {
  if (kind === 'rate_limit')
    return errorAnswer(
      429,
      { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests hit the API too quickly.' },
      requestId,
    );
  if (kind === 'server_error')
    return errorAnswer(500, { type: 'api_error', message: 'An unknown error occurred.' }, requestId);
  return undefined;
}

const errorAnswer = (status: number, body: object, requestId: string): Answer => ({
  status,
  body: JSON.stringify({ error: { ...body, request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}` } }),
});

function sorted(value: FormValue | Record<string, FormValue>): unknown {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((item: FormValue) => sorted(item));
  const entries = Object.entries(value as Record<string, FormValue>).map(
    ([name, item]) => [name, sorted(item)] as const,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
