import { Agent, fetch } from 'undici';
import { TLS_UNKNOWN, TLS_VERSION } from '../../../lambdas/contracts/deployment/edge';
import { failed, type Finding, ok, reasonOf, skipped } from './finding';
import { jsonOf } from './gateway-client';

const CHECK = 'requests over TLS 1.3 pass the edge';
const TIMEOUT_MS = 30_000;

/** One path of each origin behind the edge, and one that leads to none of them. */
export const GUARDED_PATHS = ['/healthz', '/api/health', '/signed-in', '/chat/completions'];

const EXPLANATIONS: Readonly<Record<string, string>> = {
  [TLS_UNKNOWN]: 'CloudFront does not tell the TLS version (no CloudFront-Viewer-TLS header)',
  [TLS_VERSION]: 'the edge refuses TLS 1.3 as too old',
};

/** Checks that the function which refuses older TLS versions at the edge lets TLS 1.3 through, to every origin. */
export async function checkTlsGuard(origin: string): Promise<Finding> {
  if (!origin.startsWith('https:')) return skipped(CHECK, 'the endpoint uses http');
  const dispatcher = new Agent({ connect: { minVersion: 'TLSv1.3' } });
  try {
    for (const path of GUARDED_PATHS) {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const answer = await fetch(`${origin}${path}`, { dispatcher, redirect: 'manual', signal });
      const { code = '' } = (jsonOf(await answer.text())?.['error'] ?? {}) as { readonly code?: string };
      const explanation = answer.status === 403 ? EXPLANATIONS[code] : undefined;
      if (explanation !== undefined) return failed(CHECK, `403 ${code} at ${path}: ${explanation}`);
    }
    return ok(CHECK, `${GUARDED_PATHS.length} paths`);
  } catch (error) {
    return failed(CHECK, reasonOf(error));
  } finally {
    await dispatcher.destroy();
  }
}
