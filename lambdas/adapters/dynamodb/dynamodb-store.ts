import type { TableName, TableSpec } from '../../contracts/storage/tables';
import type { Clock } from '../../domain/clock';
import type { Check, Get, Page, Query, TableStore, Write } from '../../domain/table/table-store';
import type { Item } from '../../domain/table/value';
import { decodeItem, decodeKey, encodeKey } from '../attribute-values';
import { epochSeconds, isExpired, unlessExpired } from '../expiry';
import { checkKey, checkQuery, checkTransaction, checkWrite } from '../request-rules';
import { Expressions } from './expressions';
import { toStoreError } from './store-failures';
import type { StoreOperation, StoreOperations, StoreTransport } from './store-transport';
import { deleteRequest, putRequest, transactionRequest, updateRequest } from './write-requests';

export interface DynamodbStoreOptions {
  readonly transport: StoreTransport;
  /** The physical name of each table that this store may reach. */
  readonly tableNames: Partial<Readonly<Record<TableName, string>>>;
  readonly clock: Clock;
}

const PAGE_ITEMS_DEFAULT = 100;

/** The DynamoDB store: the tables of a deployment in AWS. */
export class DynamodbStore implements TableStore {
  readonly #transport: StoreTransport;
  readonly #tableNames: DynamodbStoreOptions['tableNames'];
  readonly #clock: Clock;

  constructor({ transport, tableNames, clock }: DynamodbStoreOptions) {
    this.#transport = transport;
    this.#tableNames = tableNames;
    this.#clock = clock;
  }

  async get({ table, key, consistent = true }: Get): Promise<Item | undefined> {
    checkKey(key);
    const { Item: found } = await this.#call('GetItem', {
      TableName: this.#nameOf(table),
      Key: encodeKey(key),
      ConsistentRead: consistent,
    });
    return unlessExpired(table, found && decodeItem(found), this.#clock);
  }

  async query(query: Query): Promise<Page> {
    checkQuery(query);
    const { table, partition, sort, limit = PAGE_ITEMS_DEFAULT, newestFirst = false, after, consistent = true } = query;
    const expressions = new Expressions();
    const { Items: found = [], LastEvaluatedKey: last } = await this.#call('Query', {
      TableName: this.#nameOf(table),
      KeyConditionExpression: expressions.key(partition, sort),
      Limit: limit,
      ScanIndexForward: !newestFirst,
      ConsistentRead: consistent,
      ...(after && { ExclusiveStartKey: encodeKey(after) }),
      ...expressions.placeholders(),
    });
    const now = epochSeconds(this.#clock);
    const items = found.map(decodeItem).filter((item) => !isExpired(table, item, now));
    return last === undefined ? { items } : { items, next: decodeKey(last) };
  }

  async write(write: Write): Promise<Item | undefined> {
    checkWrite(write);
    const { Attributes: before } = await this.#send(write);
    return before && decodeItem(before);
  }

  async transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    checkTransaction(writes, token);
    await this.#call('TransactWriteItems', {
      TransactItems: writes.map((write) => transactionRequest(this.#nameOf(write.table), write)),
      ...(token !== undefined && { ClientRequestToken: token }),
    });
  }

  #send(write: Write) {
    const name = this.#nameOf(write.table);
    if ('put' in write) return this.#call('PutItem', { ...putRequest(name, write), ReturnValues: 'ALL_OLD' });
    if ('update' in write) return this.#call('UpdateItem', { ...updateRequest(name, write), ReturnValues: 'ALL_OLD' });
    return this.#call('DeleteItem', { ...deleteRequest(name, write), ReturnValues: 'ALL_OLD' });
  }

  async #call<Operation extends StoreOperation>(
    operation: Operation,
    input: StoreOperations[Operation]['input'],
  ): Promise<StoreOperations[Operation]['output']> {
    try {
      return await this.#transport.call(operation, input);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  #nameOf(table: TableSpec): string {
    const name = this.#tableNames[table.name];
    if (name === undefined) throw new Error(`the store has no physical name for the table ${table.name}`);
    return name;
  }
}
