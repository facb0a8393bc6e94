/** Kept short, so that some histories outlive their usage records. */
export const USAGE_RETENTION_DAYS = 1;
