import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { InvalidInput } from '../control-plane-errors';
import { problem } from '../problem';
import { buildApi } from './api';
import type { ApiDependencies } from './api-dependencies';

/** A placeholder, because nothing depends on the host name of a request. */
const ORIGIN = 'https://tollgate.invalid';

type Serve = (event: Event) => Promise<APIGatewayProxyStructuredResultV2>;

/** The parts of an API Gateway event that are read. */
export type Event = Pick<
  APIGatewayProxyEventV2,
  'rawPath' | 'rawQueryString' | 'headers' | 'body' | 'isBase64Encoded'
> & {
  readonly requestContext: {
    readonly requestId: string;
    readonly http: Pick<APIGatewayProxyEventV2['requestContext']['http'], 'method'>;
  };
};

/** Serves the API behind API Gateway, or behind another host that creates the same events. */
export function serveApi(dependencies: ApiDependencies): Serve {
  const api = buildApi(dependencies);
  return async (event) => {
    const { requestContext } = event;
    let request: Request;
    try {
      request = requestOf(event);
    } catch {
      return problem(new InvalidInput([{ pointer: '', detail: 'is not a valid HTTP request' }]), requestContext);
    }
    const response = await api.fetch(request, { requestContext });
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };
}

function requestOf({ rawPath, rawQueryString, headers, body, isBase64Encoded, requestContext }: Event): Request {
  const { method } = requestContext.http;
  const query = rawQueryString === '' ? '' : `?${rawQueryString}`;
  const definedHeaders = Object.entries(headers).filter(
    (header): header is [string, string] => header[1] !== undefined,
  );
  const bytes = body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  return new Request(`${ORIGIN}${rawPath}${query}`, {
    method,
    headers: definedHeaders,
    ...(bytes && method !== 'GET' && method !== 'HEAD' && { body: bytes }),
  });
}
