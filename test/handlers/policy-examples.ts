import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { PolicyExists } from '../../lambdas/domain/policies/policies-errors';
import type { ApiStage } from './api-stage';
import { at, type Example } from './example';

const EFFECTIVE_AT = '2099-01-01T00:00:00Z';

/** Publishes version 1 of the terms, unless it is there. */
async function theTerms({ parts }: ApiStage): Promise<void> {
  const terms = {
    policy: 'terms',
    version: '1',
    url: 'https://example.com/terms/1',
    effectiveAt: EFFECTIVE_AT,
  } as const;
  await parts.policies.publish(DEPLOYMENT, terms).catch((error: unknown) => {
    if (!(error instanceof PolicyExists)) throw error;
  });
}

/** One request for each route of policies. */
export const POLICY_EXAMPLES: { readonly [id: string]: Example } = {
  listPolicies: at('/v1/me/policies'),
  acceptPolicy: async (stage) => {
    await theTerms(stage);
    return { path: '/v1/me/policies/terms/1/acceptance' };
  },
  publishPolicy: at('/v1/policies', {
    body: { policy: 'privacy', version: '2', url: 'https://example.com/privacy/2', effectiveAt: EFFECTIVE_AT },
  }),
};
