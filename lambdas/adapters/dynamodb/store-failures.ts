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
 * Maps a transport failure to an error of the table layer. DynamoDB's message can quote stored values, so it is kept
 * only in `cause` and never repeated in a message of our own.
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
    // The caller made a programming mistake, so a retry cannot succeed.
    case 'ValidationException':
      return new Error('DynamoDB rejected the request as invalid', { cause: error });
    // These include throttling, conflicts on a single write, transactions in progress, timeouts and lost connections.
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
