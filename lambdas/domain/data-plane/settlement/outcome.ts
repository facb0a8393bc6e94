import type { FailedAttempt } from '../../../contracts/storage/usage-record';
import type { AppError } from '../../errors/app-error';
import { RequestCancelled, stopError } from '../stop-errors';
import type { PricedTarget } from '../admission/priced-targets';
import type { ClientOutput } from '../streaming/client-output';
import type { Answer } from '../provider/answer';
import { failureError, hiddenError, oversizedError, statusError } from '../provider/provider-errors';

/** The result of a request at its providers. */
export interface ProviderOutcome {
  readonly answer: Answer;
  readonly target: PricedTarget;
  /** The attempts at other targets before. */
  readonly failedAttempts: readonly FailedAttempt[];
  /** The time from admission to the first sign of an answer; absent if there was none. */
  readonly firstByteMs: number | undefined;
}

/** The error for the client; undefined when it gets the provider's whole answer, or has disconnected. */
export function errorOf({ answer, target }: ProviderOutcome): AppError | undefined {
  switch (answer.kind) {
    case 'failed':
      return failureError(target.provider.id, answer.failure);
    case 'broken_off':
      return failureError(target.provider.id, 'broken');
    case 'gone':
    case 'passed':
      return undefined;
    case 'cancelled':
      return new RequestCancelled();
    case 'stopped':
      return stopError(answer.reason);
    case 'body':
      return statusError(target.provider.id, answer);
    case 'oversized':
      return oversizedError(target.provider.id);
    case 'stream':
      return streamError(answer, target);
  }
}

function streamError({ end, reading }: Answer & { kind: 'stream' }, target: PricedTarget): AppError | undefined {
  // Whatever ended the stream came too late: the client has the whole answer.
  if (reading.complete) return undefined;
  switch (end) {
    case 'cancelled':
      return new RequestCancelled();
    case 'time_limit':
    case 'shutdown':
    case 'overload':
    case 'account':
    case 'budget':
    case 'suspended':
    case 'store':
      return stopError(end);
    case 'cut':
      if (reading.isErrorHidden) return hiddenError(target.provider.id);
      // The client has already seen an error that the provider sent inside the stream.
      return reading.failed ? undefined : failureError(target.provider.id, 'broken');
    case 'whole':
    case 'gone':
      return undefined;
  }
}

/** The status sent to the client; 0 if it disconnected before one was sent. */
export function statusSent(outcome: ProviderOutcome, output: ClientOutput): number {
  const { answer } = outcome;
  if (output.begun) return 200;
  if (answer.kind === 'gone') return 0;
  const error = errorOf(outcome);
  if (error !== undefined) return error.status;
  return answer.kind === 'body' ? answer.status : 0;
}
