import { documentFetcher } from '../../../lambdas/adapters/federation/issuer-documents';
import { OidcTokens } from '../../../lambdas/adapters/federation/oidc-tokens';
import type { Log } from '../../../lambdas/domain/log';
import { apiDependencies } from '../../../lambdas/handlers/control-plane/api/api-dependencies';
import { serveApi } from '../../../lambdas/handlers/control-plane/api/serve-api';
import type { LocalIdentity } from '../identity/local-identity';
import { localTokenVerifier } from '../identity/local-token-verifier';
import type { LocalServices } from './local-services';

export interface ControlPlaneOptions {
  readonly services: LocalServices;
  readonly identity: LocalIdentity;
  /** IDs of the configured providers. */
  readonly providerIds: readonly string[];
  readonly log: Log;
}

/** Builds the control plane of a local run. Only a dynamic import may load this file. */
export function openControlPlane(options: ControlPlaneOptions): ReturnType<typeof serveApi> {
  const { services, identity, providerIds, log } = options;
  const { clock } = services;
  const { emails } = identity;
  const verifier = localTokenVerifier(identity, clock);
  const federatedTokens = new OidcTokens({ fetchDocument: documentFetcher(), clock });
  return serveApi(
    apiDependencies({ ...services, verifier, emails, federatedTokens, sendsMail: true, log, providerIds }),
  );
}
