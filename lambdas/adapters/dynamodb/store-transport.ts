import type {
  DeleteItemInput,
  DeleteItemOutput,
  GetItemInput,
  GetItemOutput,
  PutItemInput,
  PutItemOutput,
  QueryInput,
  QueryOutput,
  TransactWriteItemsInput,
  TransactWriteItemsOutput,
  UpdateItemInput,
  UpdateItemOutput,
} from '@aws-sdk/client-dynamodb';
import type { DecodableItem } from '../attribute-values';

/** The operations of the DynamoDB API that the store needs, as they are on the wire. */
export interface StoreOperations {
  GetItem: { input: GetItemInput; output: GetItemOutput };
  Query: { input: QueryInput; output: QueryOutput };
  PutItem: { input: PutItemInput; output: PutItemOutput };
  UpdateItem: { input: UpdateItemInput; output: UpdateItemOutput };
  DeleteItem: { input: DeleteItemInput; output: DeleteItemOutput };
  TransactWriteItems: { input: TransactWriteItemsInput; output: TransactWriteItemsOutput };
}

export type StoreOperation = keyof StoreOperations;

/**
 * Carries one operation to DynamoDB and back. It signs, sends and reads; it decides nothing about data.
 * It may repeat an operation only when a repeat cannot write twice: reads, and transactions with their token.
 */
export interface StoreTransport {
  /** @throws TransportError, and nothing else. */
  call<Operation extends StoreOperation>(
    operation: Operation,
    input: StoreOperations[Operation]['input'],
  ): Promise<StoreOperations[Operation]['output']>;
}

/** Why one write of a transaction was refused; `code` is DynamoDB's, `None` for a write that was fine. */
export interface TransportReason {
  readonly code: string;
  readonly item?: DecodableItem;
}

/** An operation did not succeed. `code` is DynamoDB's name of the exception or the system's (`ECONNRESET`). */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: string;
  /** What was stored when a single write's condition failed. */
  readonly item: DecodableItem | undefined;
  /** One place per write of a cancelled transaction, in order. */
  readonly reasons: readonly TransportReason[];

  constructor(
    code: string,
    details: { item?: DecodableItem; reasons?: readonly TransportReason[]; cause?: unknown } = {},
  ) {
    super(code, { cause: details.cause });
    this.code = code;
    this.item = details.item;
    this.reasons = details.reasons ?? [];
  }
}
