import type { DynamoDBRecord } from 'aws-lambda';
import { StreamFault } from '../../lambdas/adapters/stream/stream-rules';
import { absent } from '../../lambdas/domain/table/condition';
import { parkedPartition } from '../../lambdas/contracts/storage/table-keys/usage';
import { USAGE } from '../../lambdas/contracts/storage/tables';
import { runRules } from '../../dev/local/gateway/run-rules';
import { type ParkedChange, ParkedChanges } from '../../lambdas/domain/usage/parked/parked-changes';
import { putUsageRecord } from '../../lambdas/domain/usage/records/usage-records';
import { FaultyStore } from '../domain/wallet/faulty-store';
import { ACCOUNT } from '../domain/wallet/wallet-stage';
import { OTHER_ACCOUNT, ReceiptStage, requestsIn } from '../domain/receipts/receipt-stage';

let stage: ReceiptStage;
beforeEach(async () => {
  stage = await ReceiptStage.funded();
});

const sealedRequests = async (accountId = ACCOUNT): Promise<string[]> => {
  await stage.seal();
  return requestsIn(await stage.exportLines(accountId));
};

/** A change whose record has a text as its cost. */
function malformed(change: DynamoDBRecord | undefined): DynamoDBRecord {
  const { dynamodb } = change ?? {};
  const after = { ...dynamodb?.NewImage, costPico: { S: 'what nobody may read' } };
  return { ...change, dynamodb: { ...dynamodb, NewImage: after } };
}

async function parked(): Promise<ParkedChange[]> {
  const found: ParkedChange[] = [];
  for await (const change of new ParkedChanges({ store: stage.engine, clock: stage.clock }).of('receipts'))
    found.push(change);
  return found;
}

describe('the changes of the usage table', () => {
  test('the changes of a batch become one leaf per request, in one write', async () => {
    const requests = [await stage.charge(), await stage.charge(), await stage.charge(OTHER_ACCOUNT)];
    const changes = await stage.changes();
    await stage.pipe(changes);
    expect(await stage.openBatches()).toBe(1);
    expect((await sealedRequests()).sort()).toEqual(requests.slice(0, 2).sort());
    expect(await sealedRequests(OTHER_ACCOUNT)).toEqual(requests.slice(2));
  });

  test('a record of a later release opens a leaf like any other', async () => {
    const requestId = await stage.charge();
    const later = { laterField: { M: { depth: { N: '1' } } }, status: { S: 'paused' }, endpoint: { S: 'videos' } };
    const changes = (await stage.changes()).map((change) => {
      const { dynamodb } = change;
      return { ...change, dynamodb: { ...dynamodb, NewImage: { ...dynamodb?.NewImage, ...later } } };
    });
    await stage.pipe(changes);
    expect(stage.log).toEqual([]);
    expect(await sealedRequests()).toEqual([requestId]);
  });

  test('changes that do not end a request open no leaf', async () => {
    const requestId = await stage.charge();
    await stage.pipe();
    await stage.seal();
    // The tree, the seal, the key and deleted leaves; a cancellation; an expired item.
    await stage.engine.write({ table: USAGE, put: { pk: `cancel#${ACCOUNT}#00`, sk: requestId } });
    stage.wallet.now += 100 * 86_400_000;
    await stage.engine.removeExpired();
    const changes = await stage.changes();
    expect(new Set(changes.map(({ eventName }) => eventName))).toEqual(new Set(['INSERT', 'REMOVE']));
    await stage.pipe(changes);
    expect(await stage.openBatches()).toBe(0);
  });

  test('a leaf keeps every digit of a record', async () => {
    const costPico = 123_456_789_012_345_678_901_234_567_890n;
    const requestId = await stage.charge();
    await stage.changes();
    const record = { ...(await stage.record(requestId)), requestId: stage.wallet.nextRequestId(), costPico };
    await stage.engine.write(putUsageRecord(record, 90, absent()));
    await stage.pipe();
    await stage.seal();
    expect(await stage.receipts.find(record)).toMatchObject({ receipt: { costPico: costPico.toString() } });
  });

  test('a change that does not affect the receipt opens no other leaf', async () => {
    const requestId = await stage.charge();
    await stage.pipe();
    const record = await stage.record(requestId);
    await stage.engine.write(putUsageRecord({ ...record, durationMs: 5 }, 90, { exists: 'pk' }));
    await stage.pipe();
    expect(await stage.seal()).toMatchObject({ receipts: 1 });
  });

  test('the changes of concurrent invocations do not mix', async () => {
    const invocations: DynamoDBRecord[][] = [];
    for (let invocation = 0; invocation < 5; invocation += 1) {
      await stage.charge();
      invocations.push(await stage.changes());
    }
    const store = new FaultyStore(stage.engine);
    store.interleave([3, 0, 5, 1]);
    await Promise.all(invocations.map((changes) => stage.pipe(changes, store)));
    expect(await stage.openBatches()).toBe(5);
    expect(await sealedRequests()).toHaveLength(5);
  });
});

describe('a fault', () => {
  test('a fault fails the whole batch, which is delivered again', async () => {
    const requestId = await stage.charge();
    const changes = await stage.changes();
    const store = new FaultyStore(stage.engine);
    store.plan('unreachable');
    await expect(stage.pipe(changes, store)).rejects.toThrow(new StreamFault('ended', 'StoreUnavailable'));
    store.plan('lost reply');
    await expect(stage.pipe(changes, store)).rejects.toThrow(StreamFault);
    await stage.pipe(changes, store);
    expect(await sealedRequests()).toEqual([requestId]);
  });

  test('a fault reveals nothing about the records of its batch', async () => {
    await stage.charge();
    const store = new FaultyStore(stage.engine);
    store.plan('unreachable');
    const fault: unknown = await stage.pipe(await stage.changes(), store).catch((error: unknown) => error);
    const output = [...Object.values(fault as Record<string, unknown>), (fault as Error).stack].join();
    expect(output).not.toContain(ACCOUNT);
    expect(fault).not.toHaveProperty('uow.record');
  });
});

describe('a record that cannot be processed', () => {
  test('an unreadable record is parked without its content, and the others of its batch get their leaves', async () => {
    const [odd, good] = [await stage.charge(), await stage.charge()];
    const [first, ...rest] = (await stage.changes()).filter(({ eventName }) => eventName === 'INSERT');
    expect(await stage.pipe([malformed(first), ...rest])).toEqual({ batchItemFailures: [] });
    expect(await parked()).toEqual([
      {
        changeId: first?.eventID,
        accountId: ACCOUNT,
        requestId: odd,
        cause: 'ZodError',
        parkedAt: expect.any(String) as string,
      },
    ]);
    expect(stage.log.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 'error', code: 'CHANGE_PARKED', accountId: ACCOUNT, requestId: odd, cause: 'ZodError' },
    ]);
    const { items } = await stage.engine.query({ table: USAGE, partition: parkedPartition('receipts') });
    expect([...stage.log, JSON.stringify(items, (_name, value: unknown) => String(value))].join()).not.toContain(
      'nobody',
    );
    expect(await sealedRequests()).toEqual([good]);
  });

  test('a record that only the write of its batch cannot take is parked, and the others get their leaves', async () => {
    const good = await stage.charge();
    const [change] = await stage.changes();
    const image = { ...change?.dynamodb?.NewImage, requestId: { S: 'req_of-another-form' } };
    const odd = { ...change, eventID: 'odd', dynamodb: { ...change?.dynamodb, NewImage: image } };
    expect(await stage.pipe([odd, change!])).toEqual({ batchItemFailures: [] });
    expect(await parked()).toMatchObject([{ changeId: 'odd', cause: 'RangeError' }]);
    expect(await sealedRequests()).toEqual([good]);
  });

  test('a change that is not even a change is parked by its ID alone', async () => {
    expect(await stage.pipe([{ eventID: 'odd', eventName: 'INSERT' }])).toEqual({ batchItemFailures: [] });
    expect(await parked()).toEqual([{ changeId: 'odd', cause: 'TypeError', parkedAt: expect.any(String) as string }]);
  });

  test('a batch whose unreadable record cannot be parked is delivered again, and then parked once', async () => {
    await stage.charge();
    const good = await stage.charge();
    const [first, ...rest] = (await stage.changes()).filter(({ eventName }) => eventName === 'INSERT');
    const store = new FaultyStore(stage.engine);
    store.plan('none', 'unreachable');
    await expect(stage.pipe([malformed(first), ...rest], store)).rejects.toThrow(
      new StreamFault('park', 'StoreUnavailable'),
    );
    await stage.pipe([malformed(first), ...rest], store);
    expect(await parked()).toHaveLength(1);
    expect(await sealedRequests()).toEqual([good]);
  });

  test('the same holds for a local run, which does not use the package of the functions', async () => {
    const [odd, good] = [await stage.charge(), await stage.charge()];
    const [first, ...rest] = (await stage.changes()).filter(({ eventName }) => eventName === 'INSERT');
    expect(await stage.pipe([malformed(first), ...rest], stage.engine, runRules)).toEqual({ batchItemFailures: [] });
    expect(await parked()).toMatchObject([{ requestId: odd }]);
    expect(await sealedRequests()).toEqual([good]);
  });
});
