/** Erasure is promised within 30 days, backups included; two days are left for what deletes late. */
export const PITR_DAYS_MAX = 28;
export const LOG_DAYS_MAX = 30;
/** Twelve months, a leap year's too. */
export const USAGE_DAYS_MAX = 366;

/** How long each kind of record is kept, in days. A single setting of the configuration goes before its profile. */
export const RETENTION_PROFILES = {
  /** As privacy policies of such services promise. */
  standard: { usageDays: 90, pitrDays: PITR_DAYS_MAX, logDays: LOG_DAYS_MAX },
  /** The least that still bills, restores and answers an incident. */
  brief: { usageDays: 30, pitrDays: 7, logDays: 7 },
  /** For those who must show a year of usage; everything that could hold an address stays as short. */
  year: { usageDays: USAGE_DAYS_MAX, pitrDays: PITR_DAYS_MAX, logDays: LOG_DAYS_MAX },
} as const;
