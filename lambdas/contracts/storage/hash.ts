import { z } from 'zod';

/** A SHA-256 hash in hexadecimal. */
export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 hash in hexadecimal');
