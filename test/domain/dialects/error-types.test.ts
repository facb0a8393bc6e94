import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anthropic as anthropicDialect } from '../../../lambdas/domain/dialects/anthropic/anthropic';
import { openai as openaiDialect } from '../../../lambdas/domain/dialects/openai/openai';
import {
  type AppError,
  Forbidden,
  InternalError,
  InvalidRequest,
  NotFound,
  PayloadTooLarge,
  ServiceUnavailable,
  UnsupportedMediaType,
} from '../../../lambdas/domain/errors/app-error';
import { TooManyAttempts } from '../../../lambdas/domain/attempts/too-many-attempts';
import { ModelNotFound } from '../../../lambdas/domain/catalog/model-not-found';
import {
  InsufficientQuota,
  RateLimited,
  TooLargeForMinute,
  WalletBusy,
} from '../../../lambdas/domain/data-plane/admission/admission-errors';
import { InvalidApiKey, InvalidRole } from '../../../lambdas/domain/data-plane/caller-errors';
import { MethodNotAllowed, WebSocketRefused } from '../../../lambdas/domain/data-plane/caller-errors';
import {
  KeyedRequestEnded,
  KeyedRequestRunning,
  IdempotencyKeyReused,
} from '../../../lambdas/domain/data-plane/idempotency/idempotency-errors';
import { ProviderFailed } from '../../../lambdas/domain/data-plane/provider/provider-errors';
import { RequestCancelled, stopError } from '../../../lambdas/domain/data-plane/stop-errors';
import { KeyNotFound, TooManyKeys } from '../../../lambdas/domain/keys/keys-errors';
import { MailNotTaken } from '../../../lambdas/domain/notifications/notifications-errors';
import { InvalidInput, Unauthenticated } from '../../../lambdas/handlers/control-plane/control-plane-errors';
import { ROOT, trackedFiles } from '../../repository/tracked-files';

const INVALID = 'invalid_request_error';

interface Row {
  readonly error: AppError;
  readonly status: number;
  readonly code: string;
  readonly openai: string;
  readonly anthropic: string;
}

const row = (error: AppError, status: number, code: string, openai: string, anthropic: string): Row => ({
  error,
  status,
  code,
  openai,
  anthropic,
});

/**
 * Every error that a client of the data plane can see, and the type that each dialect's clients have always received.
 */
const ROWS: readonly Row[] = [
  row(new InvalidRequest('no', 'model'), 400, 'invalid_request', INVALID, INVALID),
  row(new InvalidRequest('no', undefined, 'key_in_query'), 400, 'key_in_query', INVALID, INVALID),
  row(new InvalidApiKey(), 401, 'invalid_api_key', INVALID, 'authentication_error'),
  row(new InvalidRole(), 401, 'invalid_role', INVALID, 'authentication_error'),
  row(new TooManyAttempts(3), 429, 'too_many_attempts', INVALID, 'rate_limit_error'),
  row(new InsufficientQuota('no'), 402, 'insufficient_quota', 'insufficient_quota', 'billing_error'),
  row(new Forbidden('no'), 403, 'forbidden', INVALID, 'permission_error'),
  row(new Forbidden('no', 'model_not_allowed', 'model'), 403, 'model_not_allowed', INVALID, 'permission_error'),
  row(new NotFound('no', 'request_not_found'), 404, 'request_not_found', INVALID, 'not_found_error'),
  row(new ModelNotFound('no'), 404, 'model_not_found', INVALID, 'not_found_error'),
  row(new MethodNotAllowed('GET', 'POST'), 405, 'method_not_allowed', INVALID, INVALID),
  row(new WebSocketRefused(), 426, 'websocket_not_supported', INVALID, INVALID),
  row(new RequestCancelled(), 409, 'request_cancelled', INVALID, INVALID),
  row(new KeyedRequestEnded({ requestId: 'req_0', costPico: 0n }), 409, 'idempotency_key_used', INVALID, INVALID),
  row(new KeyedRequestRunning('req_0'), 409, 'request_in_progress', INVALID, INVALID),
  row(new IdempotencyKeyReused('req_0'), 422, 'idempotency_key_reused', INVALID, INVALID),
  row(new PayloadTooLarge(5), 413, 'request_too_large', INVALID, 'request_too_large'),
  row(new UnsupportedMediaType('no'), 415, 'unsupported_media_type', INVALID, INVALID),
  row(new WalletBusy('no'), 429, 'wallet_busy', 'rate_limit_error', 'rate_limit_error'),
  row(stopError('account'), 402, 'insufficient_quota', 'insufficient_quota', 'billing_error'),
  row(stopError('budget'), 402, 'insufficient_quota', 'insufficient_quota', 'billing_error'),
  row(stopError('store'), 503, 'request_stopped', 'server_error', 'overloaded_error'),
  row(new RateLimited('no', {}), 429, 'rate_limit_exceeded', 'rate_limit_error', 'rate_limit_error'),
  row(new TooLargeForMinute('no', {}), 429, 'rate_limit_exceeded', 'rate_limit_error', 'rate_limit_error'),
  row(new InternalError(), 500, 'internal_error', 'server_error', 'api_error'),
  row(new ProviderFailed(502, 'no'), 502, 'provider_error', 'server_error', 'api_error'),
  row(new ProviderFailed(400, 'no'), 400, 'provider_error', INVALID, INVALID),
  row(new ProviderFailed(404, 'no'), 404, 'provider_error', INVALID, 'not_found_error'),
  row(new ProviderFailed(413, 'no'), 413, 'provider_error', INVALID, 'request_too_large'),
  row(new ProviderFailed(429, 'no'), 429, 'provider_error', 'rate_limit_error', 'rate_limit_error'),
  row(new ProviderFailed(529, 'no'), 529, 'provider_error', 'server_error', 'overloaded_error'),
  row(new ProviderFailed(503, 'no', { 'retry-after': '2' }), 503, 'provider_error', 'server_error', 'overloaded_error'),
  row(new ProviderFailed(504, 'no'), 504, 'provider_error', 'server_error', 'timeout_error'),
  row(stopError('shutdown'), 503, 'request_stopped', 'server_error', 'overloaded_error'),
  row(stopError('time_limit'), 504, 'request_stopped', 'server_error', 'timeout_error'),
  row(new ServiceUnavailable(), 503, 'service_unavailable', 'server_error', 'overloaded_error'),
  // The control plane's refusals have no dialect. If one reached a client of the data plane, it would look like this.
  row(new InvalidInput([]), 400, 'invalid_request', INVALID, INVALID),
  row(new Unauthenticated(), 401, 'unauthenticated', INVALID, INVALID),
  row(new KeyNotFound(), 404, 'key_not_found', INVALID, INVALID),
  row(new TooManyKeys(1), 429, 'too_many_keys', INVALID, INVALID),
  row(new MailNotTaken(), 503, 'mail_not_taken', INVALID, INVALID),
];

const named = ROWS.map((each) => [each.error.constructor.name, each] as const);

test.each(named)('%s is rendered for OpenAI’s clients with the type they know', (_name, { error, ...expected }) => {
  const { status, code, openai } = expected;
  const body = JSON.stringify({
    error: { message: error.message, type: openai, code, param: error.param ?? null },
  });
  expect([error.status, openaiDialect.errorBody(error, 'req_1')]).toEqual([status, body]);
  expect(openaiDialect.errorEvent(error, 'req_1')).toBe(`data: ${body}\n\n`);
});

test.each(named)('%s is rendered for Anthropic’s clients with the type they know', (_name, { error, anthropic }) => {
  const body = JSON.stringify({
    type: 'error',
    error: { type: anthropic, message: error.message },
    request_id: 'req_1',
  });
  expect(anthropicDialect.errorBody(error, 'req_1')).toBe(body);
  expect(anthropicDialect.errorEvent(error, 'req_1')).toBe(`event: error\ndata: ${body}\n\n`);
});

test('the table has every error class that the data plane can throw', () => {
  const parents = new Map<string, string>();
  for (const file of trackedFiles().filter((name) => /^lambdas\/.*\.ts$/.test(name))) {
    for (const [, name = '', parent = ''] of readFileSync(join(ROOT, file), 'utf8').matchAll(
      /^(?:export )?class (\w+) extends (\w+)/gm,
    )) {
      parents.set(name, parent);
    }
  }
  const isDataPlanes = (name: string | undefined): boolean =>
    name === 'AppError' || (name !== undefined && isDataPlanes(parents.get(name)));
  const thrown = [...parents.keys()].filter(isDataPlanes);
  expect(thrown.length).toBeGreaterThan(15);
  expect(thrown.filter((name) => !named.some(([known]) => known === name))).toEqual([]);
});
