import { z } from 'zod';

const PAGE_ITEMS_DEFAULT = 50;
const PAGE_ITEMS_MAX = 200;
const CURSOR_CHARACTERS_MAX = 1_024;

/** What may be asked of every list. */
export const pageQuerySchema = z.strictObject({
  limit: z.coerce
    .number()
    .pipe(z.int().min(1).max(PAGE_ITEMS_MAX))
    .default(PAGE_ITEMS_DEFAULT)
    .describe('The most that a page holds.'),
  after: z.string().max(CURSOR_CHARACTERS_MAX).optional().describe('The `next` of the page before.'),
});

/** Some of a list. Without `next` it is the last page. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().optional() });
