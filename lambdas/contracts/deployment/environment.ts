/**
 * The environment of each function, declared once: the construct must supply exactly these names and the
 * handler reads exactly these (lambdas/adapters/read-env.ts).
 */

/**
 * The data plane, where workloads of AWS call it by themselves. Tables are physical names, secrets are ARNs, `PROVIDERS` is a JSON list of
 * `{ id, dialect, baseUrl }` and what else the operator says of a provider, `USAGE_RETENTION_DAYS` a whole number of days.
 */
export const WORKLOADS_ENV = [
  'WALLET_TABLE',
  'KEYS_TABLE',
  'USAGE_TABLE',
  'CATALOG_TABLE',
  'PROVIDER_KEYS_SECRET',
  'PROVIDERS',
  'USAGE_RETENTION_DAYS',
] as const;

/** The data plane behind the edge, which proves itself by a secret, as keys prove themselves by another. */
export const PROXY_ENV = [...WORKLOADS_ENV, 'KEY_PEPPER_SECRET', 'ORIGIN_SECRET'] as const;

/** The sweeper ends holds that nobody ended, and what keys count of them; it writes their usage records, hence the retention. */
export const SWEEP_ENV = ['WALLET_TABLE', 'KEYS_TABLE', 'USAGE_TABLE', 'USAGE_RETENTION_DAYS'] as const;

/** The pipeline opens leaves in the table whose stream it reads. */
export const RECEIPTS_ENV = ['USAGE_TABLE'] as const;

/** What adds up keys' spend suspends them too, with an event each in the audit log. */
export const SPEND_ENV = ['USAGE_TABLE', 'KEYS_TABLE', 'ACCOUNTS_TABLE', 'AUDIT_TABLE'] as const;

/** The sealer signs with `RECEIPT_KEY`, an ARN; trees are kept as long as the records that they are made of. */
export const SEAL_ENV = ['USAGE_TABLE', 'USAGE_RETENTION_DAYS', 'RECEIPT_KEY'] as const;

/**
 * The management API. Tables are physical names, secrets are ARNs; `MAIL_FROM` is the address that mails come from, or
 * `none` where none are sent; `OPERATOR_MFA` is `required` or `optional`; `ADDRESS_POLICY` is one of ADDRESS_POLICIES; `PROVIDER_IDS` has commas
 * between them.
 */
export const API_ENV = [
  'ACCOUNTS_TABLE',
  'KEYS_TABLE',
  'AUDIT_TABLE',
  'WALLET_TABLE',
  'CATALOG_TABLE',
  'KEY_PEPPER_SECRET',
  'ORIGIN_SECRET',
  'USER_POOL_ID',
  'USER_POOL_CLIENT_ID',
  'PROVIDER_IDS',
  'MAIL_FROM',
  'OPERATOR_MFA',
  'ADDRESS_POLICY',
] as const;

/** The pipeline that keeps audit events; `AUDIT_ARCHIVE` is a bucket's name. */
export const ARCHIVE_ENV = ['AUDIT_ARCHIVE'] as const;

/** Health touches no store and no secret: it must answer while everything else fails. */
export const HEALTH_ENV = ['STAGE'] as const;

/** What answers where the control plane has no other route. The secret is an ARN. */
export const NOT_FOUND_ENV = ['ORIGIN_SECRET'] as const;

/** The environment that a list of names asks for. */
export type Env<Names extends readonly string[]> = { readonly [name in Names[number]]: string };
