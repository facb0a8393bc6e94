/** How long a scheduled function goes on. */
export interface JobLimits {
  /** No further account is begun so long after the run began. */
  readonly beginsSeconds: number;
  /** The function is stopped then. Work that was begun has the time between to end: a call of Stripe can take a minute. */
  readonly endsSeconds: number;
}

/** The payment jobs run every five minutes, and end before the next run. */
export const PAYMENT_JOBS_LIMITS: JobLimits = { beginsSeconds: 200, endsSeconds: 290 };
/** Credit lines are billed every hour. A large account's statement can take minutes. */
export const ARREARS_LIMITS: JobLimits = { beginsSeconds: 600, endsSeconds: 900 };
