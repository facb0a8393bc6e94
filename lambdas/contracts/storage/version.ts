import { z } from 'zod';

/** Counts the changes of one thing. It is the thing's ETag, and what If-Match compares with. */
export const versionSchema = z.int().nonnegative();
