import { SECOND_MS } from '../../clock';
import type { ShownModel } from '../../catalog/shown-models';
import type { AppError } from '../../errors/app-error';
import type { Dialect, ErrorTypes } from '../dialect';

/** OpenAI's own `type` name for each kind of error. */
const ERROR_TYPES: ErrorTypes = {
  invalid_request: 'invalid_request_error',
  authentication: 'invalid_request_error',
  attempt_limit: 'invalid_request_error',
  billing: 'insufficient_quota',
  permission: 'invalid_request_error',
  not_found: 'invalid_request_error',
  too_large: 'invalid_request_error',
  rate_limit: 'rate_limit_error',
  server: 'server_error',
  overloaded: 'server_error',
  timeout: 'server_error',
};

export const openai: Dialect = {
  id: 'openai',
  baseUrlAdvice: 'the base URL of an OpenAI client ends in /v1',
  protocolHeaders: ['openai-beta'],
  credentials: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  errorBody,
  errorEvent: (error) => `data: ${errorBody(error)}\n\n`,
  // Programs that discover what the gateway serves speak this dialect, whichever endpoint they then use.
  shows: () => true,
  renderModel,
  renderModels: (models) => ({ object: 'list', data: models.map(renderModel) }),
};

function errorBody(error: AppError): string {
  return JSON.stringify({ error: errorDetails(error) });
}

/** An error as every endpoint of the dialect shows it. */
export function errorDetails({ message, kind, code, param }: AppError): {
  readonly message: string;
  readonly type: string;
  readonly code: string;
  readonly param: string | null;
} {
  return { message, type: ERROR_TYPES[kind], code, param: param ?? null };
}

/** A model whose release date is unknown has no `created`, because the dialect has no value that says so. */
function renderModel({ id, provider, released }: ShownModel): object {
  const created = released === undefined ? {} : { created: Date.parse(released) / SECOND_MS };
  return { id, object: 'model', ...created, owned_by: provider };
}
