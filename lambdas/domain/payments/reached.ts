import { PaymentsUnavailable } from './payments-errors';
import { ProcessorUnavailable } from './processor-errors';

/** Calls the payment processor. @throws PaymentsUnavailable for ProcessorUnavailable */
export async function reached<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof ProcessorUnavailable ? new PaymentsUnavailable({ cause: error }) : error;
  }
}
