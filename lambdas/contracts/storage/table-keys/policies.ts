import type { Key } from './key-parts';

/** The versions of the deployment's policies. */
export const POLICIES_PARTITION = 'policies';
const versionOf = (policy: string, version: string): string => `${policy}#${version}`;
export const policyKey = (policy: string, version: string): Key => ({
  pk: POLICIES_PARTITION,
  sk: versionOf(policy, version),
});

/** That a person accepted a version. */
export const ACCEPTANCE_PREFIX = 'accepted-policy#';
export const acceptanceKey = (personId: string, policy: string, version: string): Key => ({
  pk: personId,
  sk: `${ACCEPTANCE_PREFIX}${versionOf(policy, version)}`,
});

/** That a person was told about a version. */
export const POLICY_NOTICE_PREFIX = 'policy-notice#';
export const policyNoticeKey = (personId: string, policy: string, version: string): Key => ({
  pk: personId,
  sk: `${POLICY_NOTICE_PREFIX}${versionOf(policy, version)}`,
});
