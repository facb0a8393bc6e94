/** How much credit an account may buy, in US cents. */
export interface TopUpLimits {
  readonly leastCents: bigint;
  readonly mostCents: bigint;
  /** The credit that an account may begin to buy in a day (UTC), whether or not it pays. */
  readonly dayCents: bigint;
  /** How many purchases an account may begin in a day. */
  readonly dayCount: bigint;
}

/** From $5 to $1,000 at a time, and at most $2,500 and 20 purchases a day. */
export const TOP_UP_LIMITS_DEFAULT: TopUpLimits = {
  leastCents: 500n,
  mostCents: 100_000n,
  dayCents: 250_000n,
  dayCount: 20n,
};

/** How many days after a month's end the used part of a credit line is due. */
export const DUE_DAYS_DEFAULT = 14;
