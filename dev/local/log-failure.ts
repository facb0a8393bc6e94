import { systemErrorCode } from '../../lambdas/adapters/system-error';
import { errorName, type Log } from '../../lambdas/domain/log';

/** Runs `work`, and logs this code if it fails. The error is thrown again. */
export async function logFailure<T>(log: Log, code: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    log.error(code, { cause: systemErrorCode(error) ?? errorName(error) });
    throw error;
  }
}
