/** The smallest number of requests of which a failed share means anything: one failure in five is no outage. */
export const REQUESTS_MIN = 20;
/** The share of failed requests, in percent, above which clients notice an outage. */
export const FAILED_PERCENT_MAX = 5;
