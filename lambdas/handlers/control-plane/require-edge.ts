import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { isFromEdge } from '../../domain/edge/origin-secret';
import { Forbidden } from '../../domain/errors/app-error';
import { problem } from './problem';

/**
 * Refuses requests that bypass the edge, before anything else is read. Every route uses it except health, which must
 * respond while everything else fails. If the secret cannot be fetched, the request fails.
 */
export function requireEdge(options: {
  readonly originSecrets: () => Promise<readonly string[]>;
}): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    before: async ({ event }) => {
      if (isFromEdge(event.headers, await options.originSecrets())) return undefined;
      return problem(new Forbidden('Send requests through the public endpoint.'), event.requestContext);
    },
  };
}
