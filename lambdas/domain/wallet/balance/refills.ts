import { SHARDS } from '../../../contracts/storage/table-keys/key-parts';

// How much drawers get from the main balance at a time, and parts of a budget from its counter.

/** A refill moves this fraction (1/n) of what is left. */
export const REFILL_SHARE = 256n;
/** A refill covers at least this many leases, even if that is more than the fraction above. */
export const REFILL_LEASES_MIN = 8n;
/** Money that could not fill this many drawers stays where it is: each request then holds its own. */
export const REFILLS_MIN = BigInt(SHARDS.length);
