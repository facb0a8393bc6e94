import type { CancellationReason } from '../../domain/table/table-errors';
import {
  ConditionFailed,
  IdempotencyMismatch,
  StoreUnavailable,
  TransactionCancelled,
} from '../../domain/table/table-errors';
import { decodeItem } from '../attribute-values';
import type { TransportReason } from './store-transport';
import { TransportError } from './store-transport';

/**
 * The one meaning of each failure. DynamoDB's own message can quote stored values, so it stays inside `cause`
 * and no message of ours repeats it.
 */
export function toStoreError(error: unknown): Error {
  if (!(error instanceof TransportError)) return new StoreUnavailable('Unknown', { cause: error });
  switch (error.code) {
    case 'ConditionalCheckFailedException':
      return new ConditionFailed(error.item && decodeItem(error.item));
    case 'TransactionCanceledException':
      return new TransactionCancelled(error.reasons.map(toReason));
    case 'IdempotentParameterMismatchException':
      return new IdempotencyMismatch();
    // A mistake of the caller, which no repeat can mend.
    case 'ValidationException':
      return new Error('the table refused an invalid request', { cause: error });
    // Throttles, conflicts on a single write, a transaction still in progress, timeouts, lost connections.
    default:
      return new StoreUnavailable(error.code, { cause: error });
  }
}

function toReason(reason: TransportReason): CancellationReason | undefined {
  switch (reason.code) {
    case 'None':
      return undefined;
    case 'ConditionalCheckFailed':
      return { code: 'ConditionFailed', item: reason.item && decodeItem(reason.item) };
    case 'TransactionConflict':
      return { code: 'Conflict' };
    case 'ThrottlingError':
    case 'ProvisionedThroughputExceeded':
      return { code: 'Throttled' };
    default:
      return { code: 'Invalid' };
  }
}
