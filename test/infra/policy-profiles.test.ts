import { privacyNotice } from '../../dev/tools/privacy/notice';
import { PROMISES } from '../../dev/tools/pages/promises';
import { parseConfig } from '../../lib/config';
import { POLICY_PROFILES, type PolicyProfile, type PromisedSettings } from '../../lib/policy-profiles';

const PROFILES = Object.keys(POLICY_PROFILES) as PolicyProfile[];
const noticeOf = (settings: object): string =>
  privacyNotice(parseConfig(settings), { title: 'Privacy notice', origin: 'Written by a test.' });

test.each(PROFILES)('the profile %s gives the defaults of the settings that it promises', (policyProfile) => {
  expect(parseConfig({ policyProfile })).toMatchObject(POLICY_PROFILES[policyProfile]);
});

test.each(PROFILES)(
  'promise-06 the notice of the profile %s has the periods that the profile configures',
  (profile) => {
    const { usageDays, logDays, pitrDays, erasure, statistics }: PromisedSettings = POLICY_PROFILES[profile];
    const notice = noticeOf({ policyProfile: profile });
    const kept = (data: string): unknown =>
      new RegExp(`^\\| ${data}[^|]*\\|[^|]*\\|[^|]*\\| (.*) \\|$`, 'm').exec(notice)?.[1];
    expect(kept('metadata of requests')).toBe(`${usageDays} days`);
    expect(kept('log lines')).toBe(`at most ${logDays} days`);
    expect(kept('backups')).toBe(`${pitrDays} days`);
    expect(kept('audit log')).toBe('90 days');
    expect(kept('credit, payments')).toContain('indefinitely');
    expect(notice).toContain(`cancelled for ${erasure.graceDays} days`);
    expect(notice).toContain(`at least ${statistics.accountsMin} accounts`);
  },
);

test.each([
  [
    'tokonlab',
    { usageDays: 91 },
    'tollgate.usageDays: must be at most 90 days, as the policy profile tokonlab promises.',
  ],
  ['strict', { logDays: 14 }, 'tollgate.logDays: must be at most 7 days, as the policy profile strict promises.'],
  ['strict', { pitrDays: 8 }, 'tollgate.pitrDays: must be at most 7 days, as the policy profile strict promises.'],
  [
    'wallet',
    { addresses: 'full' },
    'tollgate.addresses: must be one of none, hmac, truncated, as the policy profile wallet promises.',
  ],
  ['strict', { addresses: 'hmac' }, 'tollgate.addresses: must be one of none, as the policy profile strict promises.'],
  [
    'tokun',
    { erasure: { balance: 'refund' } },
    'tollgate.erasure.balance: must be forfeit, as the policy profile tokun promises.',
  ],
  [
    'tokun',
    { erasure: { graceDays: 8 } },
    'tollgate.erasure.graceDays: must be at most 7 days, as the policy profile tokun promises.',
  ],
  [
    'tokenflux',
    { statistics: { accountsMin: 9 } },
    'tollgate.statistics.accountsMin: must be at least 10 accounts, as the policy profile tokenflux promises.',
  ],
  [
    'tokenbyte',
    { identity: { operatorMfa: 'optional' } },
    'tollgate.identity.operatorMfa: must be required, as the policy profile tokenbyte promises.',
  ],
])('the profile %s refuses the laxer setting %j', (policyProfile, settings, message) => {
  expect(() => parseConfig({ policyProfile, ...settings })).toThrow(message);
  expect(() => parseConfig(settings)).not.toThrow();
});

test('a setting can be stricter than its profile, and the other settings of its group keep the profile’s values', () => {
  const stricter = { usageDays: 30, logDays: 3, pitrDays: 1, addresses: 'none', erasure: { graceDays: 0 } };
  expect(parseConfig({ policyProfile: 'tokun', ...stricter })).toMatchObject({
    ...stricter,
    erasure: { graceDays: 0, balance: 'forfeit' },
  });
});

test('a setting that is undefined gets the value of the profile, and null is refused', () => {
  const settings = { policyProfile: 'strict', usageDays: undefined, erasure: { graceDays: undefined } };
  expect(parseConfig(settings)).toMatchObject({ usageDays: 30, erasure: { graceDays: 3, balance: 'refund' } });
  expect(() => parseConfig({ policyProfile: 'strict', usageDays: null })).toThrow('tollgate.usageDays');
});

test('an unknown profile is rejected with the names of the known ones', () => {
  expect(() => parseConfig({ policyProfile: 'lax' })).toThrow(`must be one of ${PROFILES.join(', ')}.`);
});

test('a notice names only what is configured', () => {
  expect(noticeOf({})).not.toMatch(/Stripe|purchased|archive\b.*locked|TLS 1.3;/i);
  expect(noticeOf({ payments: { stripe: true } })).toMatch(/Stripe takes the payments/);
  expect(noticeOf({ audit: { archiveDays: 365 } })).toContain('90 days, and 365 days in an archive');
  expect(noticeOf({ identity: { operatorMfa: 'optional' } })).not.toContain('second factor');
});

test('a notice names every configured provider with its host and the region that it states', () => {
  const provider = {
    id: 'vendor',
    dialect: 'openai',
    baseUrl: 'https://eu.vendor.example/v1',
    catalog: 'openai',
    region: 'eu',
  };
  expect(noticeOf({ providers: [provider] })).toMatch(/\| vendor \| [^|]*`eu\.vendor\.example`; [^|]* \| eu \|/);
});

test('a notice makes no promise that still lacks something, and claims no certificate', () => {
  const notice = noticeOf({ payments: { stripe: true } });
  const missing = new Set(PROMISES.filter((promised) => promised.missing !== undefined).map(({ number }) => number));
  // Each text belongs to the promise with that number.
  const texts = {
    '12': 'Restriction:',
    '19': 'set no cookies',
    '20': 'is for adults',
    '26': 'Support:',
    '29': 'to an authority',
  };
  for (const [number, text] of Object.entries(texts))
    expect([number, notice.includes(text)]).toEqual([number, !missing.has(number)]);
  expect(notice).toContain('claims no certificate');
  expect(notice).not.toMatch(/SOC 2|ISO ?27001|HIPAA|compliant/i);
});
