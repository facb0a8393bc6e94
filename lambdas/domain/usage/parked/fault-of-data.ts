import { ZodError } from 'zod';

/** Whether the same data causes this error every time. Any other error may be temporary. */
export const isFaultOfData = (error: unknown): boolean =>
  error instanceof ZodError || error instanceof TypeError || error instanceof RangeError;
