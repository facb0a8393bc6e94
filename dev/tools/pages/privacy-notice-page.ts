import { parseConfig } from '../../../lib/config';
import { POLICY_PROFILES, type PolicyProfile } from '../../../lib/policy-profiles';
import { privacyNotice } from '../privacy/notice';
import { DOCUMENTED_DEPLOYMENT } from './assembly';

/** The notice of the documented deployment under each policy profile, by the name of its file. */
export const NOTICE_PAGES = (Object.keys(POLICY_PROFILES) as PolicyProfile[]).map(
  (policyProfile): [file: string, render: () => string] => [
    `privacy-notice.${policyProfile}.md`,
    () =>
      privacyNotice(parseConfig({ ...DOCUMENTED_DEPLOYMENT, policyProfile }), {
        title: `Privacy notice: profile ${policyProfile}`,
        origin:
          'Written by `npm run docs` from the profile in lib/policy-profiles.ts, for the documented deployment. `npm run privacy-notice` writes that of your own configuration.',
      }),
  ],
);
