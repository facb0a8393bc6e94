import type { RequestListener } from 'node:http';
import { createServer } from 'cognito-local/lib/server/server.js';
import type { Services } from 'cognito-local/lib/services/index.js';
import { type LocalPool, SILENT } from './local-pool';
import type { LocalTokens } from './local-tokens';

export interface SignInOptions {
  readonly pool: LocalPool;
  readonly tokens: LocalTokens;
  /** The origin of the console, to which people may be redirected. */
  readonly consoleOrigin: string;
}

/** Opens the pages that sign people in to the user pool. Only a dynamic import may load this file. */
export async function openSignIn({ pool, tokens, consoleOrigin }: SignInOptions): Promise<RequestListener> {
  await pool.allowConsole(consoleOrigin);
  // The OAuth routes use only these two services and the logger.
  const services = { cognito: pool.cognito, tokenGenerator: tokens } as unknown as Services;
  return createServer(refuseTargets, SILENT.logger as never, {}, services).application as RequestListener;
}

const refuseTargets = () => (): Promise<never> => Promise.reject(new Error('Only the OAuth routes are served.'));
