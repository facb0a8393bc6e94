import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { DynamodbStore } from '../../lambdas/adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../lambdas/adapters/dynamodb/sdk-transport';
import { TransportError } from '../../lambdas/adapters/dynamodb/store-transport';
import { KEYS, WALLET } from '../../lambdas/contracts/storage/tables';
import { exists } from '../../lambdas/domain/table/condition';

const key = { pk: 'p', sk: 'a' };
const clock = () => Date.UTC(2026, 0, 1);
const SECRET = 'a stored value';

/** A store whose every call fails with the given error. */
function failing(error: TransportError): DynamodbStore {
  return new DynamodbStore({
    transport: { call: () => Promise.reject(error) },
    tableNames: { wallet: 'physical' },
    clock,
  });
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('errors from DynamoDB', () => {
  const cause = new Error(SECRET);

  test.each([
    'TransactionConflictException',
    'TransactionInProgressException',
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'RequestLimitExceeded',
    'InternalServerError',
    'ResourceNotFoundException',
    'TimeoutError',
    'ECONNRESET',
  ])('%s means that the store is unavailable', async (code) => {
    const error = await failure(failing(new TransportError(code, { cause })).write({ table: WALLET, put: key }));
    expect(error).toMatchObject({
      name: 'StoreUnavailable',
      message: `the store is unavailable: ${code}`,
      cause: { code, cause },
    });
  });

  test('an invalid request is a plain error whose message repeats no stored values', async () => {
    const error = await failure(
      failing(new TransportError('ValidationException', { cause })).get({ table: WALLET, key }),
    );
    expect(error).toMatchObject({ name: 'Error' });
    expect(String(error)).not.toContain(SECRET);
  });

  test('a token that was used for other writes is a mismatch', async () => {
    const store = failing(new TransportError('IdempotentParameterMismatchException', { cause }));
    expect(await failure(store.transact([{ table: WALLET, put: key }], 'token'))).toMatchObject({
      name: 'IdempotencyMismatch',
    });
  });

  test('each reason of a cancelled transaction keeps its index', async () => {
    const codes = [
      'None',
      'ConditionalCheckFailed',
      'TransactionConflict',
      'ThrottlingError',
      'ProvisionedThroughputExceeded',
      'ValidationError',
      'ItemCollectionSizeLimitExceeded',
    ];
    const reasons = codes.map((code) => ({
      code,
      ...(code === 'ConditionalCheckFailed' && { item: { n: { N: '1' } } }),
    }));
    const store = failing(new TransportError('TransactionCanceledException', { cause, reasons }));
    expect(await failure(store.transact([{ table: WALLET, put: key }]))).toMatchObject({
      name: 'TransactionCancelled',
      reasons: [
        undefined,
        { code: 'ConditionFailed', item: { n: 1n } },
        { code: 'Conflict' },
        { code: 'Throttled' },
        { code: 'Throttled' },
        { code: 'Invalid' },
        { code: 'Invalid' },
      ],
    });
  });

  test('a table without a physical name cannot be read', async () => {
    await expect(failing(new TransportError('never asked')).get({ table: KEYS, key })).rejects.toThrow(
      'has no physical name for the table keys',
    );
  });
});

describe('a broken connection', () => {
  let server: Server;
  let transport: SdkTransport;
  let store: DynamodbStore;
  let requests: IncomingMessage[];
  let bodies: string[];

  beforeAll(async () => {
    server = createServer((request) => {
      requests.push(request);
      void text(request).then((body) => {
        bodies.push(body);
        request.socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    transport = new SdkTransport({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    store = new DynamodbStore({ transport, tableNames: { wallet: 'physical' }, clock });
  });
  beforeEach(() => {
    requests = [];
    bodies = [];
  });
  afterAll(async () => {
    transport.close();
    server.close();
    await once(server, 'close');
  });

  test('a single write is not retried, because it may have been made', async () => {
    expect(
      await failure(store.write({ table: WALLET, update: key, change: { add: { n: 1n } }, when: exists() })),
    ).toMatchObject({ name: 'StoreUnavailable' });
    expect(requests).toHaveLength(1);
  });

  test('a read is retried', async () => {
    expect(await failure(store.get({ table: WALLET, key }))).toMatchObject({ name: 'StoreUnavailable' });
    expect(requests.length).toBeGreaterThan(1);
  });

  test('a transaction is retried with the same token', async () => {
    expect(await failure(store.transact([{ table: WALLET, put: key }]))).toMatchObject({ name: 'StoreUnavailable' });
    expect(bodies.length).toBeGreaterThan(1);
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).toMatch(/"ClientRequestToken":"[^"]+"/);
  });
});
