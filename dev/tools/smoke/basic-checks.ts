import { z } from 'zod';
import { type Answer, type GatewayClient, jsonOf } from './gateway-client';
import { type Finding, verdict, skipped } from './finding';
import { checkWrongPaths } from './wrong-paths-check';

const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/** The headers that the edge must add, because browsers and proxies rely on them. */
const SECURITY_HEADERS = {
  'strict-transport-security': /^max-age=(\d{8,})/,
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^no-referrer$/,
};

/** Runs the checks that cost nothing, and lists the models that are served. */
export async function checkBasics(client: GatewayClient): Promise<{ findings: Finding[]; models: readonly string[] }> {
  const health = await client.get('/healthz', { withKey: false });
  const withoutKey = await client.get('/v1/models', { withKey: false });
  const list = await client.get('/v1/models');
  const models = listSchema.safeParse(jsonOf(list.text)).data?.data.map(({ id }) => id) ?? [];
  return {
    models,
    findings: [
      verdict(
        'the gateway is healthy',
        health.status === 200 && jsonOf(health.text)?.['status'] === 'ok',
        `${health.status}`,
      ),
      verdict('a request without a key is refused', isRefusal(withoutKey), `${withoutKey.status}`),
      verdict(
        'the models are listed',
        list.status === 200 && models.length > 0,
        `${list.status}, ${models.length} models`,
      ),
      await checkWrongPaths(client),
      securityHeaders(client.origin, list),
    ],
  };
}

function isRefusal({ status, text }: Answer): boolean {
  const { error } = jsonOf(text) ?? {};
  return status === 401 && (error as { readonly code?: unknown } | undefined)?.code === 'invalid_api_key';
}

function securityHeaders(origin: string, { headers }: Answer): Finding {
  const check = 'answers have the security headers';
  if (!origin.startsWith('https:')) return skipped(check, 'the endpoint uses http, and only the edge adds them');
  const wrong = Object.entries(SECURITY_HEADERS).flatMap(([name, shape]) => {
    const value = headers.get(name);
    return value !== null && shape.test(value) ? [] : [`${name}: ${value ?? 'none'}`];
  });
  return verdict(
    check,
    wrong.length === 0,
    wrong.length === 0 ? Object.keys(SECURITY_HEADERS).join(', ') : wrong.join('; '),
  );
}
