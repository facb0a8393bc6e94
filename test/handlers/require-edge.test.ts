import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { notFound } from '../../lambdas/handlers/control-plane/not-found';
import { requireEdge } from '../../lambdas/handlers/control-plane/require-edge';

const HANDLERS = 'lambdas/handlers/control-plane';
const [CURRENT, PREVIOUS] = ['the-current-origin-secret', 'the-previous-origin-secret'];

/** The parts of API Gateway’s event that these functions read. */
function eventWith(secret: string | undefined): APIGatewayProxyEventV2 {
  const headers = secret === undefined ? {} : { [ORIGIN_SECRET_HEADER]: secret };
  return { headers, requestContext: { requestId: 'the-request' } } as unknown as APIGatewayProxyEventV2;
}

async function ask(secret: string | undefined, originSecrets = () => Promise.resolve([CURRENT, PREVIOUS])) {
  const handler = middy(notFound).use(requireEdge({ originSecrets }));
  const { body, ...head } = await handler(eventWith(secret), {} as Context);
  return { ...head, body: JSON.parse(body ?? '') as unknown };
}

test.each([undefined, '', 'a-wrong-secret', `${CURRENT} `])(
  'a request with the origin secret %j is refused',
  async (secret) => {
    expect(await ask(secret)).toEqual({
      statusCode: 403,
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'x-request-id': 'the-request',
      },
      body: {
        type: 'about:blank',
        title: 'Forbidden',
        status: 403,
        code: 'forbidden',
        detail: 'Send requests through the public endpoint.',
      },
    });
  },
);

test.each([CURRENT, PREVIOUS])('a request with the valid origin secret %s is answered', async (secret) => {
  expect(await ask(secret)).toMatchObject({ statusCode: 404, body: { status: 404, code: 'not_found' } });
});

test('every request fails while the origin secret cannot be read', async () => {
  const unavailable = () => Promise.reject(new Error('a secret is empty or malformed'));
  await expect(ask(CURRENT, unavailable)).rejects.toThrow('a secret is empty or malformed');
  expect(await ask('', () => Promise.resolve(['']))).toMatchObject({ statusCode: 403 });
});

test('every handler of the control plane except health requires the edge', () => {
  const files = readdirSync(HANDLERS).filter((file) => file.endsWith('.lambda.ts') && file !== 'health.lambda.ts');
  expect(files.length).toBeGreaterThan(0);
  const asking = files.filter((file) => readFileSync(join(HANDLERS, file), 'utf8').includes('requireEdge({'));
  expect(asking).toEqual(files);
});
