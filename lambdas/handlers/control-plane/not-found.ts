import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { NotFound } from '../../domain/errors/app-error';
import { problem } from './problem';

/** Responds to every path that has no route. */
export function notFound({ requestContext }: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  return Promise.resolve(problem(new NotFound('There is nothing at this path.', 'not_found'), requestContext));
}
