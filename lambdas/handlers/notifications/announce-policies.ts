import type { PolicyNotices } from '../../domain/policies/policy-notices';

/** Tells people about new versions of policies. Running it concurrently or repeatedly tells nobody twice. */
export const announcePolicies =
  (notices: Pick<PolicyNotices, 'announce'>): (() => Promise<void>) =>
  () =>
    notices.announce();
