import { STATUS_CODES } from 'node:http';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { AppError } from '../../domain/errors/app-error';

/** An error as RFC 9457 writes it. `code` is the member to rely on: the sentence may change. */
export function problem(
  { status, code, message }: AppError,
  { requestId }: { readonly requestId: string },
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': requestId,
    },
    body: JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, code, detail: message }),
  };
}
