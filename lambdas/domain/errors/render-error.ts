import type { Dialect } from '../../contracts/storage/catalog';
import type { AppError } from './app-error';

/** The error's body as the dialect's own clients expect it. */
export function errorBody(error: AppError, dialect: Dialect): string {
  return JSON.stringify(dialect === 'anthropic' ? anthropicError(error) : openaiError(error));
}

/** The terminal event of a stream that has begun: a status can no longer be sent. */
export function errorEvent(error: AppError, dialect: Dialect): string {
  const data = errorBody(error, dialect);
  return dialect === 'anthropic' ? `event: error\ndata: ${data}\n\n` : `data: ${data}\n\n`;
}

function openaiError(error: AppError): object {
  return { error: { message: error.message, type: error.types.openai, code: error.code, param: error.param ?? null } };
}

function anthropicError(error: AppError): object {
  return { type: 'error', error: { type: error.types.anthropic, message: error.message } };
}
