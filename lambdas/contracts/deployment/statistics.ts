/** Fewer accounts than this in a group could be told apart by anyone who knows one of them. */
export const ACCOUNTS_MIN_DEFAULT = 5;
