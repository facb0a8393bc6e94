import { z } from 'zod';
import type { Item } from '../../table/value';

const whole = z.coerce.number().pipe(z.int());

export const countingSchema = z.object({
  /** Names the counters. A rotated key has the counters of the key that it replaces. */
  counterId: z.string(),
  budget: z.object({ window: z.string(), limitPico: z.bigint() }).optional(),
  /** The minute that begins at `start`, in epoch milliseconds, and the most tokens that the request can take and give. */
  minute: z
    .object({ start: whole, tokens: whole, requestsMax: whole.optional(), tokensMax: whole.optional() })
    .optional(),
  runningMax: whole.optional(),
});

/**
 * The limits of a request's key that are counted, and what the request adds to each counter. It is added in the
 * transaction that takes the hold, and what was not used is subtracted in the transaction that ends it, so a counter is
 * as right as the balance.
 */
export type Counting = Readonly<z.infer<typeof countingSchema>>;

export function encodeCounting({ counterId, budget, minute, runningMax }: Counting): Item {
  return {
    counterId,
    ...(budget && { budget: { ...budget } }),
    ...(minute && { minute: present(minute) }),
    ...(runningMax !== undefined && { runningMax }),
  };
}

/** The counts without those that are undefined: a store has no such value. */
function present(counts: { readonly [name: string]: number | undefined }): { readonly [name: string]: number } {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, count]) => (count === undefined ? [] : [[name, count]])),
  );
}
