import type { AppError } from '../../errors/app-error';
import type { Dialect, ErrorTypes } from '../dialect';
import { betaLimits } from './beta-limits';
import { renderModel, renderModels } from './model-list';

/** Anthropic's own `type` name for each kind of error. */
const ERROR_TYPES: ErrorTypes = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  attempt_limit: 'rate_limit_error',
  billing: 'billing_error',
  permission: 'permission_error',
  not_found: 'not_found_error',
  too_large: 'request_too_large',
  rate_limit: 'rate_limit_error',
  server: 'api_error',
  overloaded: 'overloaded_error',
  timeout: 'timeout_error',
};

const VERSION_HEADER = 'anthropic-version';
const BETA_HEADER = 'anthropic-beta';

export const anthropic: Dialect = {
  id: 'anthropic',
  markerHeader: VERSION_HEADER,
  baseUrlAdvice: 'the base URL of an Anthropic client has no /v1',
  protocolHeaders: [VERSION_HEADER, BETA_HEADER],
  raisedLimits: (headers) => betaLimits(headers[BETA_HEADER]),
  requestIdHeader: 'request-id',
  credentials: (apiKey) => ({ 'x-api-key': apiKey }),
  errorBody,
  errorEvent: (error, requestId) => `event: error\ndata: ${errorBody(error, requestId)}\n\n`,
  shows: ({ endpoints }) => endpoints.includes('messages'),
  renderModel,
  renderModels,
};

function errorBody({ message, kind }: AppError, requestId: string): string {
  return JSON.stringify({ type: 'error', error: { type: ERROR_TYPES[kind], message }, request_id: requestId });
}
