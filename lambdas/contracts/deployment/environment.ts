/**
 * The environment of each function, declared once: the construct must supply exactly these names, and the handler reads
 * exactly these names (lambdas/adapters/read-env.ts).
 */

/**
 * The data plane at the URL that AWS workloads call with signed requests. Tables are physical names and secrets are
 * ARNs. `PROVIDERS` is a JSON list of provider settings (`providerSettingsSchema`). `USAGE_RETENTION_DAYS` is a whole
 * number of days. `HOLDS` is one of HOLD_MODES. `METRICS_NAMESPACE` is where CloudWatch
 * counts requests, or `none`.
 */
export const WORKLOADS_ENV = [
  'ACCOUNTS_TABLE',
  'WALLET_TABLE',
  'KEYS_TABLE',
  'USAGE_TABLE',
  'CATALOG_TABLE',
  'PROVIDER_KEYS_SECRET',
  'PROVIDERS',
  'USAGE_RETENTION_DAYS',
  'HOLDS',
  'METRICS_NAMESPACE',
] as const;

/**
 * The data plane behind CloudFront. It also needs the origin secret, and the pepper that API keys are verified with.
 * `BROWSER_ORIGINS` is a comma-separated list, or `none`.
 */
export const PROXY_ENV = [...WORKLOADS_ENV, 'KEY_PEPPER_SECRET', 'ORIGIN_SECRET', 'BROWSER_ORIGINS'] as const;

/**
 * The sweeper expires overdue holds and corrects the counters of their keys. It also writes their usage records, which
 * is why it needs the retention.
 */
export const SWEEP_ENV = ['WALLET_TABLE', 'KEYS_TABLE', 'USAGE_TABLE', 'USAGE_RETENTION_DAYS'] as const;

/** The receipts pipeline writes open leaves to the same table whose stream it reads. */
export const RECEIPTS_ENV = ['USAGE_TABLE'] as const;

/**
 * The spend watch adds up usage records. Roll-ups are kept for as long as the records, hence the retention. It can also
 * suspend a key, which is recorded in the audit log, and tells people about alerts and used budgets. `MAIL_FROM` is the
 * sender's address, or `none` if the deployment sends no mail.
 */
export const SPEND_ENV = [
  'USAGE_TABLE',
  'ROLLUPS_TABLE',
  'KEYS_TABLE',
  'ACCOUNTS_TABLE',
  'AUDIT_TABLE',
  'OUTBOX_TABLE',
  'MAIL_FROM',
  'USAGE_RETENTION_DAYS',
] as const;

/**
 * The function that anonymises usage. `STATISTICS_ACCOUNTS_MIN` is the number of accounts from which on a group is
 * published.
 */
export const STATISTICS_ENV = [
  'ACCOUNTS_TABLE',
  'ROLLUPS_TABLE',
  'STATISTICS_TABLE',
  'USAGE_RETENTION_DAYS',
  'STATISTICS_ACCOUNTS_MIN',
] as const;

/** The function that looks for records that outlived their retention. */
export const RETENTION_ENV = [
  'ACCOUNTS_TABLE',
  'USAGE_TABLE',
  'ROLLUPS_TABLE',
  'AUDIT_TABLE',
  'USAGE_RETENTION_DAYS',
] as const;

/** The sealer signs with `RECEIPT_KEY`, an ARN. Trees are kept for as long as usage records, hence the retention. */
export const SEAL_ENV = ['USAGE_TABLE', 'USAGE_RETENTION_DAYS', 'RECEIPT_KEY'] as const;

/**
 * The functions that move money between Stripe and wallets. `PAYMENT_SETTINGS` is JSON (`paymentSettingsSchema`) and
 * `STRIPE_KEYS_SECRET` an ARN, or both are `none` if the deployment takes no payments. `DEPLOYMENT` names the deployment
 * at Stripe, and never changes. `MAIL_FROM` is the sender's address, or `none` if the deployment sends no mail.
 */
export const PAYMENTS_ENV = [
  'ACCOUNTS_TABLE',
  'WALLET_TABLE',
  'OUTBOX_TABLE',
  'MAIL_FROM',
  'PAYMENT_SETTINGS',
  'STRIPE_KEYS_SECRET',
  'DEPLOYMENT',
  'USAGE_RETENTION_DAYS',
] as const;

/** The function that bills accounts for their credit lines. `DUE_DAYS` is a whole number, and `MAIL_FROM` may be `none`. */
export const ARREARS_ENV = [
  'ACCOUNTS_TABLE',
  'AUDIT_TABLE',
  'WALLET_TABLE',
  'OUTBOX_TABLE',
  'MAIL_FROM',
  'DUE_DAYS',
] as const;

/** The function that receives Stripe's events. The origin secret is an ARN. */
export const STRIPE_WEBHOOK_ENV = [...PAYMENTS_ENV, 'ORIGIN_SECRET'] as const;

/** The function that fails a deployment without usable keys of Stripe. */
export const STRIPE_KEYS_ENV = ['STRIPE_KEYS_SECRET'] as const;

/**
 * The management API. Tables are physical names and secrets are ARNs. `MAIL_FROM` is the sender's address, or `none` if
 * the deployment sends no mail. `OPERATOR_MFA` is `required` or `optional`. `ADDRESS_POLICY` is one of ADDRESS_POLICIES.
 * `PROVIDER_IDS` is a comma-separated list. `PUBLIC_URL` is the origin of the console, or `none`. `EXPORT_BUCKET` is a
 * bucket's name; `EXPORT_MACHINE` and `ERASURE_MACHINE` are the ARNs of state machines. `ERASURE_SETTINGS` is JSON
 * (`erasureSettingsSchema`).
 */
export const API_ENV = [
  'ACCOUNTS_TABLE',
  'KEYS_TABLE',
  'AUDIT_TABLE',
  'WALLET_TABLE',
  'CATALOG_TABLE',
  'USAGE_TABLE',
  'ROLLUPS_TABLE',
  'STATISTICS_TABLE',
  'OUTBOX_TABLE',
  'KEY_PEPPER_SECRET',
  'ORIGIN_SECRET',
  'USER_POOL_ID',
  'USER_POOL_CLIENT_ID',
  'PROVIDER_IDS',
  'MAIL_FROM',
  'OPERATOR_MFA',
  'ADDRESS_POLICY',
  'PAYMENT_SETTINGS',
  'STRIPE_KEYS_SECRET',
  'DEPLOYMENT',
  'USAGE_RETENTION_DAYS',
  'PUBLIC_URL',
  'EXPORT_BUCKET',
  'EXPORT_MACHINE',
  'ERASURE_MACHINE',
  'ERASURE_SETTINGS',
] as const;

/** The step of an export that reads every table with data of accounts and writes files to the bucket. */
export const EXPORT_WRITE_ENV = [
  'ACCOUNTS_TABLE',
  'KEYS_TABLE',
  'WALLET_TABLE',
  'USAGE_TABLE',
  'ROLLUPS_TABLE',
  'AUDIT_TABLE',
  'OUTBOX_TABLE',
  'EXPORT_BUCKET',
] as const;

/** The step of an export that makes it available. `MAIL_FROM` is the sender's address, or `none`. */
export const EXPORT_DELIVER_ENV = ['ACCOUNTS_TABLE', 'AUDIT_TABLE', 'OUTBOX_TABLE', 'MAIL_FROM'] as const;

/** The step of an erasure that waits for the end of its grace period and of legal holds. */
export const ERASURE_GATE_ENV = ['ACCOUNTS_TABLE', 'AUDIT_TABLE'] as const;

/** The step of an erasure that stops an account or a person. The secret is an ARN, and hashes a person's address. */
export const ERASURE_FREEZE_ENV = ['ACCOUNTS_TABLE', 'WALLET_TABLE', 'USER_POOL_ID', 'KEY_PEPPER_SECRET'] as const;

/** The step of an erasure that waits until nothing is in progress. */
export const ERASURE_SETTLE_ENV = ['ACCOUNTS_TABLE', 'WALLET_TABLE'] as const;

/** The step of an erasure that ends the balance. The last three are those of the functions of payments. */
export const ERASURE_BALANCE_ENV = [
  'ACCOUNTS_TABLE',
  'KEYS_TABLE',
  'WALLET_TABLE',
  'AUDIT_TABLE',
  'PAYMENT_SETTINGS',
  'STRIPE_KEYS_SECRET',
  'DEPLOYMENT',
] as const;

/** The step of an erasure that sends the last mail. `MAIL_FROM` is the sender's address, or `none`. */
export const ERASURE_TELL_ENV = ['ACCOUNTS_TABLE', 'OUTBOX_TABLE', 'MAIL_FROM'] as const;

/** The step of an erasure that deletes Stripe's customer. */
export const ERASURE_PROCESSOR_ENV = [
  'ACCOUNTS_TABLE',
  'PAYMENT_SETTINGS',
  'STRIPE_KEYS_SECRET',
  'DEPLOYMENT',
] as const;

/** The step of an erasure that deletes a person's user. */
export const ERASURE_POOL_ENV = ['ACCOUNTS_TABLE', 'USER_POOL_ID'] as const;

/** The step of an erasure that deletes the files and passphrases of exports. */
export const ERASURE_FILES_ENV = ['ACCOUNTS_TABLE', 'KEYS_TABLE', 'EXPORT_BUCKET'] as const;

/** The step of an erasure that erases items by the register. */
export const ERASURE_ERASE_ENV = [
  'ACCOUNTS_TABLE',
  'KEYS_TABLE',
  'WALLET_TABLE',
  'USAGE_TABLE',
  'ROLLUPS_TABLE',
  'AUDIT_TABLE',
  'OUTBOX_TABLE',
] as const;

/** The step of an erasure that looks for remains in every store. */
export const ERASURE_VERIFY_ENV = [...ERASURE_ERASE_ENV, 'EXPORT_BUCKET', 'USER_POOL_ID'] as const;

/**
 * The step of an erasure that signs the certificate with `RECEIPT_KEY`, an ARN, and publishes the public key. `AUDIT_DAYS`
 * is how long audit events are kept, in the archive too.
 */
export const ERASURE_CERTIFY_ENV = [
  'ACCOUNTS_TABLE',
  'AUDIT_TABLE',
  'USAGE_TABLE',
  'RECEIPT_KEY',
  'DEPLOYMENT',
  'AUDIT_DAYS',
] as const;

/**
 * The functions that deliver mails. Tables are physical names and secrets are ARNs. `PUBLIC_URL` is the origin that
 * mails link to, or `none`; `MAIL_SET` is the name of SES's configuration set. The last three are also those
 * of the functions of payments, because a mail about an invoice has a link to its page at Stripe.
 */
export const MAIL_ENV = [
  'OUTBOX_TABLE',
  'ACCOUNTS_TABLE',
  'KEY_PEPPER_SECRET',
  'USER_POOL_ID',
  'MAIL_FROM',
  'MAIL_SET',
  'PUBLIC_URL',
  'PAYMENT_SETTINGS',
  'STRIPE_KEYS_SECRET',
  'DEPLOYMENT',
] as const;

/** Acts on SES's reports. It needs no secret, because a report names an address by its hash. */
export const MAIL_REPORTS_ENV = ['OUTBOX_TABLE', 'ACCOUNTS_TABLE'] as const;

/** Reminds people of keys that end soon. It finds accounts and keys, and puts messages into the outbox. */
export const KEY_REMINDERS_ENV = ['ACCOUNTS_TABLE', 'KEYS_TABLE', 'OUTBOX_TABLE'] as const;

/** Tells people about new versions of policies. It finds accounts and their members, and puts messages into the outbox. */
export const POLICY_NOTICES_ENV = ['ACCOUNTS_TABLE', 'OUTBOX_TABLE'] as const;

/**
 * The functions that send events to webhooks. Tables are physical names and the secret is an ARN. `MAIL_FROM` may be
 * `none`: then nobody is told by mail that a webhook was disabled.
 */
export const WEBHOOKS_ENV = [
  'OUTBOX_TABLE',
  'ACCOUNTS_TABLE',
  'AUDIT_TABLE',
  'KEY_PEPPER_SECRET',
  'MAIL_FROM',
] as const;

/** The pipeline that archives audit events. `AUDIT_ARCHIVE` is a bucket name. */
export const ARCHIVE_ENV = ['AUDIT_ARCHIVE'] as const;

/** The health check uses no store and no secret, because it must answer while everything else fails. */
export const HEALTH_ENV = ['STAGE'] as const;

/** The fallback for paths that match no route of the control plane. The secret is an ARN. */
export const NOT_FOUND_ENV = ['ORIGIN_SECRET'] as const;

/** The typed environment for a list of names. */
export type Env<Names extends readonly string[]> = { readonly [name in Names[number]]: string };
