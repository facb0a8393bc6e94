import type { Log } from '../../../lambdas/domain/log';
import { printError } from '../../print';

/** Shows what a function would have logged as an error. */
export const errorLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: (code, fields = {}) => printError(JSON.stringify({ code, ...fields })),
};
