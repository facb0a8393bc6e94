import { z } from 'zod';

/** Counts the changes of a resource. It serves as the resource's ETag and is compared with `If-Match`. */
export const versionSchema = z.int().nonnegative();
