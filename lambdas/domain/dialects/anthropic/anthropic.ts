import type { ListedModel } from '../../catalog/catalog';
import type { AppError } from '../../errors/app-error';
import type { Dialect, ErrorTypes } from '../dialect';
import { betaLimits } from './beta-limits';

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
  credentials: (apiKey) => ({ 'x-api-key': apiKey }),
  errorBody,
  errorEvent: (error) => `event: error\ndata: ${errorBody(error)}\n\n`,
  renderModel,
  renderModels: (models) => ({
    data: models.map(renderModel),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  }),
};

function errorBody({ message, kind }: AppError): string {
  return JSON.stringify({ type: 'error', error: { type: ERROR_TYPES[kind], message } });
}

/** Anthropic's clients expect the creation time of a model, which we do not know, so they get the epoch. */
function renderModel({ id }: ListedModel): object {
  return { type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' };
}
