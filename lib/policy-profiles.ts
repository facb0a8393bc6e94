import {
  ADDRESS_POLICIES,
  ADDRESS_POLICY_DEFAULT,
  type AddressPolicy,
} from '../lambdas/contracts/deployment/address-policy';
import { ERASURE_SETTINGS_DEFAULT, type ErasureSettings } from '../lambdas/contracts/deployment/erasure-settings';
import { ACCOUNTS_MIN_DEFAULT } from '../lambdas/contracts/deployment/statistics';

/** Backups of what was erased end within 30 days. Two days are left for DynamoDB's late deletions. */
export const PITR_DAYS_MAX = 28;
export const LOG_DAYS_MAX = 30;
/** Twelve months, in a leap year too. */
export const USAGE_DAYS_MAX = 366;

/** The settings about which a privacy policy makes a promise. */
export interface PromisedSettings {
  readonly usageDays: number;
  readonly pitrDays: number;
  readonly logDays: 1 | 3 | 5 | 7 | 14 | 30;
  readonly addresses: AddressPolicy;
  readonly erasure: ErasureSettings;
  readonly statistics: { readonly accountsMin: number };
  readonly identity: { readonly operatorMfa: 'required' | 'optional' };
}

/** The settings of a deployment without a profile. */
export const UNPROMISED: PromisedSettings = {
  usageDays: 90,
  pitrDays: PITR_DAYS_MAX,
  logDays: LOG_DAYS_MAX,
  addresses: ADDRESS_POLICY_DEFAULT,
  erasure: ERASURE_SETTINGS_DEFAULT,
  statistics: { accountsMin: ACCOUNTS_MIN_DEFAULT },
  identity: { operatorMfa: 'required' },
};

/**
 * The promises of five gateway services about settings that differ between them, and the strictest of all. A profile
 * gives the defaults of its settings. A deployment may be stricter than its profile, and never laxer.
 */
export const POLICY_PROFILES = {
  /** Metadata of requests for 90 days, and then only anonymised sums. */
  tokonlab: UNPROMISED,
  /** Deleting an account ends its remaining credit. */
  tokun: { ...UNPROMISED, erasure: { graceDays: 7, balance: 'forfeit' } },
  /** Usage and billing records for up to twelve months. */
  tokenbyte: { ...UNPROMISED, usageDays: USAGE_DAYS_MAX },
  /** Metadata of requests for 90 days, and a person decides about credit that is left. */
  wallet: { ...UNPROMISED, erasure: { graceDays: 7, balance: 'block' } },
  /** Data is deleted or anonymised when it is no longer needed; statistics cover more accounts. */
  tokenflux: { ...UNPROMISED, logDays: 14, statistics: { accountsMin: 10 } },
  /** The minimum for billing, restoring and responding to an incident. */
  strict: {
    ...UNPROMISED,
    usageDays: 30,
    pitrDays: 7,
    logDays: 7,
    addresses: 'none',
    erasure: { graceDays: 3, balance: 'refund' },
    statistics: { accountsMin: 10 },
  },
} as const satisfies Readonly<Record<string, PromisedSettings>>;

export type PolicyProfile = keyof typeof POLICY_PROFILES;

/** A setting that breaks the promise of its profile. */
export interface BrokenPromise {
  readonly path: readonly string[];
  /** Completes the sentence "the setting …". */
  readonly rule: string;
}

const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);

/** @returns the settings that are laxer than a profile allows */
export function brokenPromises(profile: PolicyProfile, own: PromisedSettings): readonly BrokenPromise[] {
  const promised: PromisedSettings = POLICY_PROFILES[profile];
  const laxity = (policy: AddressPolicy): number => ADDRESS_POLICIES.indexOf(policy);
  const rules: readonly (BrokenPromise & { readonly isKept: boolean })[] = [
    ...(['usageDays', 'pitrDays', 'logDays'] as const).map((name) => ({
      path: [name],
      isKept: own[name] <= promised[name],
      rule: `must be at most ${days(promised[name])}`,
    })),
    {
      path: ['addresses'],
      isKept: laxity(own.addresses) <= laxity(promised.addresses),
      rule: `must be one of ${ADDRESS_POLICIES.slice(0, laxity(promised.addresses) + 1).join(', ')}`,
    },
    {
      path: ['erasure', 'graceDays'],
      isKept: own.erasure.graceDays <= promised.erasure.graceDays,
      rule: `must be at most ${days(promised.erasure.graceDays)}`,
    },
    {
      path: ['erasure', 'balance'],
      isKept: own.erasure.balance === promised.erasure.balance,
      rule: `must be ${promised.erasure.balance}`,
    },
    {
      path: ['statistics', 'accountsMin'],
      isKept: own.statistics.accountsMin >= promised.statistics.accountsMin,
      rule: `must be at least ${promised.statistics.accountsMin} accounts`,
    },
    {
      path: ['identity', 'operatorMfa'],
      isKept: promised.identity.operatorMfa === 'optional' || own.identity.operatorMfa === 'required',
      rule: 'must be required',
    },
  ];
  return rules.filter(({ isKept }) => !isKept).map(({ path, rule }) => ({ path, rule }));
}

/**
 * Fills in what a profile promises wherever settings say nothing. The settings can be anything, because they are
 * validated afterwards.
 */
export function withPromised(settings: unknown): unknown {
  if (!isRecord(settings)) return settings;
  const { policyProfile } = settings;
  const isNamed = typeof policyProfile === 'string' && Object.hasOwn(POLICY_PROFILES, policyProfile);
  const promised: PromisedSettings = isNamed ? POLICY_PROFILES[policyProfile as PolicyProfile] : UNPROMISED;
  const filled = Object.entries<unknown>({ ...promised }).map(([name, value]) => {
    const own = settings[name];
    return [
      name,
      isRecord(value) && isRecord(own) ? { ...value, ...defined(own) } : own === undefined ? value : own,
    ] as const;
  });
  return { ...settings, ...Object.fromEntries(filled) };
}

const defined = (settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
