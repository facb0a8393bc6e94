import { STATUS_CODES } from 'node:http';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Problem } from '../../contracts/http/problem';
import { type AppError } from '../../domain/errors/app-error';
import { InvalidInput, Unauthenticated } from './control-plane-errors';

/** Renders an error as problem details (RFC 9457). */
export function problem(
  error: AppError,
  { requestId }: { readonly requestId: string },
): Required<Pick<APIGatewayProxyStructuredResultV2, 'statusCode' | 'body'>> & { headers: Record<string, string> } {
  const { status, code, message, retryAfterSeconds } = error;
  const body: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: message,
    ...(error instanceof InvalidInput && { errors: [...error.faults] }),
  };
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      ...(error instanceof Unauthenticated && { 'www-authenticate': 'Bearer' }),
    },
    body: JSON.stringify(body),
  };
}
