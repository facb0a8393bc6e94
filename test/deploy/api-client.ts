import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { createClient } from '../../web/src/api/generated/client';
import { addressedRequest } from './addressed-request';
import type { Stage } from './stage';

/** The console's client of a deployment's API, with the header that the edge would add. @param token @default none */
export function apiClient({ deployment, emulator, originSecret }: Stage, token = '') {
  const { host } = new URL(deployment.output('ControlPlaneUrl'));
  const viaEmulator = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const body = await request.text();
    const { status, text, headers } = await addressedRequest(emulator.endpoint, host, `${pathname}${search}`, {
      method: request.method,
      headers: { ...Object.fromEntries(request.headers), [ORIGIN_SECRET_HEADER]: originSecret },
      ...(body !== '' && { body: JSON.parse(body) as object }),
    });
    const responseHeaders = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    return new Response(status === 204 ? null : text, { status: status ?? 0, headers: responseHeaders });
  };
  return createClient({ baseUrl: 'https://console.test/api', auth: token, fetch: viaEmulator as typeof fetch });
}
