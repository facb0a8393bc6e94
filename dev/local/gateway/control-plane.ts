import { documentFetcher } from '../../../lambdas/adapters/federation/issuer-documents';
import { OidcTokens } from '../../../lambdas/adapters/federation/oidc-tokens';
import type { Log } from '../../../lambdas/domain/log';
import { type ApiOptions, apiDependencies } from '../../../lambdas/handlers/control-plane/api/api-dependencies';
import { serveApi } from '../../../lambdas/handlers/control-plane/api/serve-api';
import { STRIPE_WEBHOOK_PATH } from '../../../lambdas/handlers/payments/stripe-webhook';
import type { LocalIdentity } from '../identity/local-identity';
import { localTokenVerifier } from '../identity/local-token-verifier';
import type { LocalPayments } from './local-payments';
import type { LocalServices } from './local-services';

export interface ControlPlaneOptions {
  readonly services: LocalServices;
  readonly identity: LocalIdentity;
  /** IDs of the configured providers. */
  readonly providerIds: readonly string[];
  /** Opens the payments, or returns those that are open. */
  readonly openPayments: () => Promise<LocalPayments>;
  /** Runs exports, and signs links to their files. */
  readonly exports: ApiOptions['exports'];
  /** Runs erasures. */
  readonly erasures: ApiOptions['erasures'];
  /** The gateway's own origin, once it listens. */
  readonly origin: () => string;
  readonly log: Log;
}

/** Builds the control plane of a local run. Only a dynamic import may load this file. */
export async function openControlPlane(options: ControlPlaneOptions): Promise<ReturnType<typeof serveApi>> {
  const { services, identity, providerIds, openPayments, exports, erasures, origin, log } = options;
  const { clock } = services;
  const { emails } = identity;
  const verifier = localTokenVerifier(identity, clock);
  const federatedTokens = new OidcTokens({ fetchDocument: documentFetcher(), clock });
  const { payments, webhook } = await openPayments();
  const publicUrl = `${origin()}/inbox`;
  const serve = serveApi(
    apiDependencies({
      ...services,
      verifier,
      emails,
      addressBook: emails,
      federatedTokens,
      sendsMail: true,
      allowsLoopback: true,
      payments,
      exports,
      erasures,
      publicUrl,
      log,
      providerIds,
    }),
  );
  return (event) => (event.rawPath === STRIPE_WEBHOOK_PATH ? webhook(event) : serve(event));
}
