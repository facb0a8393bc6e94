import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { isFromEdge } from '../../domain/edge/origin-secret';
import { Forbidden } from '../../domain/errors/app-error';
import { problem } from './problem';

/**
 * Refuses whoever comes past the edge, before anything else is looked at. Every route has it but health, which must
 * answer while everything else fails. Without the secret nothing is let through: the request fails.
 */
export function requireEdge(options: {
  readonly originSecrets: () => Promise<readonly string[]>;
}): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    before: async ({ event }) => {
      if (isFromEdge(event.headers, await options.originSecrets())) return undefined;
      return problem(new Forbidden('Requests come through the public endpoint.'), event.requestContext);
    },
  };
}
