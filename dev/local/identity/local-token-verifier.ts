import { CognitoTokenVerifier } from '../../../lambdas/adapters/cognito/cognito-token-verifier';
import type { Clock } from '../../../lambdas/domain/clock';
import type { TokenVerifier } from '../../../lambdas/domain/identity/token-verifier';
import type { LocalIdentity } from './local-identity';

/** Verifies the tokens of a local run with the verifier of a deployment. */
export function localTokenVerifier(identity: LocalIdentity, clock: Clock): TokenVerifier {
  const { issuer, clientId } = identity;
  return new CognitoTokenVerifier({ issuer, clientIds: [clientId], clock, fetchKeys: () => identity.keySet() });
}
