import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { CLIENT_ADDRESS_HEADER } from '../../../lambdas/contracts/deployment/edge';
import { AppError, InternalError } from '../../../lambdas/domain/errors/app-error';
import { ControlPlaneUnavailable } from '../../../lambdas/domain/errors/refusal';
import type { Log } from '../../../lambdas/domain/log';
import { openOnFirstUse } from '../../../lambdas/domain/open-once';
import { BODY_BYTES_MAX } from '../../../lambdas/handlers/control-plane/api/check-body';
import type { Event } from '../../../lambdas/handlers/control-plane/api/serve-api';
import { health } from '../../../lambdas/handlers/control-plane/health';
import { problem } from '../../../lambdas/handlers/control-plane/problem';
import { logFailure } from '../log-failure';
import type { OpenRequest } from './open-request';
import { discard } from './request-body';
import { bodyStream } from './send-body';

type Serve = (event: Event) => Promise<APIGatewayProxyStructuredResultV2>;

export interface LocalApiOptions {
  /** Opens the control plane: called at the first request, and again after a failure. */
  readonly open: () => Promise<Serve>;
  readonly log: Log;
}

/** Whether a path belongs to the control plane. */
export const isApiPath = (path: string): boolean => path === '/api' || path.startsWith('/api/');

/** Stands in for API Gateway: turns HTTP requests into events for the functions of the control plane. */
export class LocalApi {
  private readonly controlPlane: () => Promise<Serve>;
  private readonly health = health({ stage: 'local' });

  constructor({ open, log }: LocalApiOptions) {
    this.controlPlane = openOnFirstUse(() => logFailure(log, 'CONTROL_PLANE_NOT_OPENED', open));
  }

  async answer(request: IncomingMessage, response: ServerResponse, open: OpenRequest): Promise<void> {
    const requestContext = { requestId: randomUUID(), http: { method: request.method ?? '' } };
    let result: APIGatewayProxyStructuredResultV2;
    try {
      result = await this.resultOf(request, open, requestContext);
    } catch (error) {
      result = problem(error instanceof AppError ? error : new InternalError(), requestContext);
      if (!request.readableEnded) {
        void discard(request);
        response.setHeader('connection', 'close');
      }
    }
    const body = Buffer.from(result.body ?? '');
    open.memory.keepAnswer(body.length);
    response.writeHead(result.statusCode ?? 200, result.headers as Record<string, string>);
    bodyStream(response, body.length).end(body);
  }

  private async resultOf(
    request: IncomingMessage,
    open: OpenRequest,
    requestContext: Event['requestContext'],
  ): Promise<APIGatewayProxyStructuredResultV2> {
    const [rawPath = '', ...query] = (request.url ?? '').split('?');
    const body = await open.readBody(BODY_BYTES_MAX);
    if (rawPath === '/api/health' && request.method === 'GET') return this.health();
    const serve = await this.controlPlane().catch((cause: unknown) => {
      throw new ControlPlaneUnavailable({ cause });
    });
    return serve({
      rawPath,
      rawQueryString: query.join('?'),
      requestContext,
      // The edge overwrites this header too, so a client cannot forge its address.
      headers: { ...(request.headers as Event['headers']), [CLIENT_ADDRESS_HEADER]: request.socket.remoteAddress },
      body: body.toString('base64'),
      isBase64Encoded: true,
    });
  }
}
