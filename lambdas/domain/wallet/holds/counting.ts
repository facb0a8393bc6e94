import { z } from 'zod';
import type { Item } from '../../table/value';

const whole = z.coerce.number().pipe(z.int());

export const countingSchema = z.object({
  /** Identifies the counters. A rotated key keeps the counters of the key that it replaces. */
  counterId: z.string(),
  budget: z.object({ window: z.string(), limitPico: z.bigint() }).optional(),
  /** The minute that begins at `start` (epoch milliseconds) and the most tokens the request can use, in and out. */
  minute: z
    .object({ start: whole, tokens: whole, requestsMax: whole.optional(), tokensMax: whole.optional() })
    .optional(),
  runningMax: whole.optional(),
});

/**
 * The counted limits of a request's key, and how much the request adds to each counter. The transaction that takes the
 * hold adds to the counters and the transaction that ends it subtracts what was not used, so the counters are as
 * accurate as the balance.
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

/** Drops undefined counts, because a store cannot hold undefined. */
function present(counts: { readonly [name: string]: number | undefined }): { readonly [name: string]: number } {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, count]) => (count === undefined ? [] : [[name, count]])),
  );
}
