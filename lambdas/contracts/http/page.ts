import { z } from 'zod';

const PAGE_ITEMS_DEFAULT = 50;
const PAGE_ITEMS_MAX = 200;
const CURSOR_CHARACTERS_MAX = 1_024;

/** The query parameters of every list. */
export const pageQuerySchema = z.strictObject({
  limit: z.coerce
    .number()
    .pipe(z.int().min(1).max(PAGE_ITEMS_MAX))
    .default(PAGE_ITEMS_DEFAULT)
    .describe('The maximum number of items on the page.'),
  after: z.string().max(CURSOR_CHARACTERS_MAX).optional().describe('The `next` value of the previous page.'),
});

/** A page of a list. The last page has no `next`. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().optional() });
