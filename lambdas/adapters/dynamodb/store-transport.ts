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

/** The DynamoDB operations that the store needs, with their wire types. */
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
 * Signs one operation, sends it to DynamoDB and reads the response, without interpreting the data. It may retry only
 * operations that cannot write twice: reads, and transactions whose caller passed no token.
 */
export interface StoreTransport {
  /** @throws TransportError when the operation fails; no other error is thrown */
  call<Operation extends StoreOperation>(
    operation: Operation,
    input: StoreOperations[Operation]['input'],
  ): Promise<StoreOperations[Operation]['output']>;
}

/** Why one write of a transaction was refused. `code` is DynamoDB's; it is `None` for a write that caused no failure. */
export interface TransportReason {
  readonly code: string;
  readonly item?: DecodableItem;
}

/** An operation failed. `code` is the name of DynamoDB's exception, or a system error code such as `ECONNRESET`. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: string;
  /** The stored item, if the condition of a single write failed. */
  readonly item: DecodableItem | undefined;
  /** One reason per write of a cancelled transaction, in order. */
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
