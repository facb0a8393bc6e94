/** Erasure is promised within 30 days, backups included. Two days are left for DynamoDB's late deletions. */
export const PITR_DAYS_MAX = 28;
export const LOG_DAYS_MAX = 30;
/** Twelve months, in a leap year too. */
export const USAGE_DAYS_MAX = 366;

/** How long each kind of record is kept, in days. A setting in the configuration overrides the profile. */
export const RETENTION_PROFILES = {
  /** The usual promise in privacy policies of such services. */
  standard: { usageDays: 90, pitrDays: PITR_DAYS_MAX, logDays: LOG_DAYS_MAX },
  /** The minimum for billing, restoring and responding to an incident. */
  brief: { usageDays: 30, pitrDays: 7, logDays: 7 },
  /** For organisations that must report a year of usage. Stores that may hold an address stay as short as in `standard`. */
  year: { usageDays: USAGE_DAYS_MAX, pitrDays: PITR_DAYS_MAX, logDays: LOG_DAYS_MAX },
} as const;
