import { z } from 'zod';
import type { Item } from '../../table/value';

const whole = z.coerce.number().pipe(z.int());

export const countingSchema = z.object({
  /** Whose counters: a key shares them with the key that it came in the place of. */
  counterId: z.string(),
  budget: z.object({ window: z.string(), limitPico: z.bigint() }).optional(),
  /** The minute that begins at `start`, epoch milliseconds, and the most tokens that the request can take and give. */
  minute: z
    .object({ start: whole, tokens: whole, requestsMax: whole.optional(), tokensMax: whole.optional() })
    .optional(),
  runningMax: whole.optional(),
});

/**
 * What the rules of a request's key count of it, and up to where. It is counted in the transaction that takes the hold,
 * and what was not used is given back in the one that ends it: a counter is as right as the balance.
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

function present(counts: { readonly [name: string]: number | undefined }): { readonly [name: string]: number } {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, count]) => (count === undefined ? [] : [[name, count]])),
  );
}
