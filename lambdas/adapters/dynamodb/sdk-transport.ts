import { errorName } from '../../domain/log';
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
import type { AwsConnections } from '../aws-connections';
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

/** A transport that uses the AWS SDK. */
export class SdkTransport implements StoreTransport {
  readonly #clients: readonly DynamoDBClient[];
  readonly #senders: Senders;

  /** @param agents the connections to use. @default its own */
  constructor(config: DynamoDBClientConfig = {}, agents: Partial<AwsConnections['agents']> = {}) {
    const retrying = new DynamoDBClient({
      requestHandler: {
        ...agents,
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
      ...config,
    });
    // A single write whose response was lost may have been made, and a retry would apply an ADD twice. Only the caller
    // knows whether a retry is safe. Transactions are safe to retry because the SDK adds a token. A caller that passes
    // its own token retries by itself and must learn of every attempt.
    const singleAttempt = new DynamoDBClient({
      ...config,
      requestHandler: retrying.config.requestHandler,
      maxAttempts: 1,
    });
    this.#clients = [retrying, singleAttempt];
    this.#senders = {
      GetItem: (input) => retrying.send(new GetItemCommand(input)),
      Query: (input) => retrying.send(new QueryCommand(input)),
      PutItem: (input) => singleAttempt.send(new PutItemCommand(input)),
      UpdateItem: (input) => singleAttempt.send(new UpdateItemCommand(input)),
      DeleteItem: (input) => singleAttempt.send(new DeleteItemCommand(input)),
      TransactWriteItems: (input) =>
        (input.ClientRequestToken === undefined ? retrying : singleAttempt).send(new TransactWriteItemsCommand(input)),
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
  const name = errorName(error);
  return new TransportError(systemErrorCode(error) ?? name, { cause: error });
}
