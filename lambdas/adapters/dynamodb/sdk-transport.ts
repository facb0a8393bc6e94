import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { systemErrorCode } from '../system-error';
import type { StoreOperation, StoreOperations, StoreTransport } from './store-transport';
import { TransportError } from './store-transport';

const CONNECT_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 5_000;

type Senders = {
  readonly [Operation in StoreOperation]: (
    input: StoreOperations[Operation]['input'],
  ) => Promise<StoreOperations[Operation]['output']>;
};

/** The transport over the AWS SDK. */
export class SdkTransport implements StoreTransport {
  readonly #clients: readonly DynamoDBClient[];
  readonly #senders: Senders;

  constructor(config: DynamoDBClientConfig = {}) {
    const repeating = new DynamoDBClient({
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
      ...config,
    });
    // A single write that got no answer may have been made, and an ADD would then be made twice: only the caller
    // knows whether a repeat is harmless. Transactions carry a token (the SDK adds one), so those may repeat; who
    // brings a token repeats by himself, and must know of each attempt.
    const once = new DynamoDBClient({ ...config, requestHandler: repeating.config.requestHandler, maxAttempts: 1 });
    this.#clients = [repeating, once];
    this.#senders = {
      GetItem: (input) => repeating.send(new GetItemCommand(input)),
      Query: (input) => repeating.send(new QueryCommand(input)),
      PutItem: (input) => once.send(new PutItemCommand(input)),
      UpdateItem: (input) => once.send(new UpdateItemCommand(input)),
      DeleteItem: (input) => once.send(new DeleteItemCommand(input)),
      TransactWriteItems: (input) =>
        (input.ClientRequestToken === undefined ? repeating : once).send(new TransactWriteItemsCommand(input)),
    };
  }

  async call<Operation extends StoreOperation>(
    operation: Operation,
    input: StoreOperations[Operation]['input'],
  ): Promise<StoreOperations[Operation]['output']> {
    try {
      return await this.#senders[operation](input);
    } catch (error) {
      throw toTransportError(error);
    }
  }

  /** Closes the connections. */
  close(): void {
    for (const client of this.#clients) client.destroy();
  }
}

function toTransportError(error: unknown): TransportError {
  if (error instanceof ConditionalCheckFailedException) {
    return new TransportError(error.name, { cause: error, ...(error.Item && { item: error.Item }) });
  }
  if (error instanceof TransactionCanceledException) {
    const reasons = (error.CancellationReasons ?? []).map(({ Code, Item }) => ({
      code: Code ?? 'None',
      ...(Item && { item: Item }),
    }));
    return new TransportError(error.name, { cause: error, reasons });
  }
  const name = error instanceof Error ? error.name : 'Unknown';
  return new TransportError(systemErrorCode(error) ?? name, { cause: error });
}
