import { ORIGIN_SECRET_HEADER } from '../../../lambdas/contracts/deployment/edge';
import { type Finding, verdict, reasonOf, failed, skipped } from './finding';

const CHECK = 'the function refuses requests that bypass the edge';
const TIMEOUT_MS = 30_000;

/** Calls the function directly, once without the edge's secret and once with a wrong one. */
export async function checkEdgeBypass(functionUrl: string | undefined): Promise<Finding> {
  if (functionUrl === undefined) return skipped(CHECK, 'no --function-url was given');
  try {
    const statuses = await Promise.all([
      ask(functionUrl, {}),
      ask(functionUrl, { [ORIGIN_SECRET_HEADER]: 'a-wrong-secret-of-some-length' }),
    ]);
    return verdict(
      CHECK,
      statuses.every((status) => status === 403),
      `${statuses.join(' without a secret, ')} with a wrong one`,
    );
  } catch (error) {
    return failed(CHECK, reasonOf(error));
  }
}

async function ask(functionUrl: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(`${functionUrl}/healthz`, { headers, redirect: 'manual', signal });
  await response.arrayBuffer();
  return response.status;
}
