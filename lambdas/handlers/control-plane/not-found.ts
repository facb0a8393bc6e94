import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { NotFound } from '../../domain/errors/app-error';
import { problem } from './problem';

/** Answers for every path that no other route has. */
export function notFound({ requestContext }: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  return Promise.resolve(problem(new NotFound('There is nothing at this path.', 'not_found'), requestContext));
}
