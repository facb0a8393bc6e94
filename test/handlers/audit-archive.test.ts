import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { S3EventArchive } from '../../lambdas/adapters/s3/s3-event-archive';
import { StdoutLog } from '../../lambdas/adapters/stdout-log';
import { verifyAuditFile } from '../../lambdas/domain/audit/verify-audit-file';
import { archive } from '../../lambdas/handlers/audit/archive';
import { AccountStage } from '../domain/accounts/account-stage';

/** The parts of S3 that the archive relies on: objects by path, and conditional writes that overwrite none. */
class Objects {
  readonly stored = new Map<string, string>();
  readonly puts: string[] = [];
  /** Responses to return instead, once each. */
  readonly failures: number[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const path = decodeURIComponent((request.url ?? '').replace(/\?.*/, ''));
        this.puts.push(path);
        const failure = this.failures.shift();
        const isThere = request.headers['if-none-match'] === '*' && this.stored.has(path);
        if (failure === undefined && !isThere) this.stored.set(path, body);
        response.writeHead(failure ?? (isThere ? 412 : 200)).end();
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

let objects: Objects;
let client: S3Client;
let keep: (records: readonly DynamoDBRecord[]) => Promise<DynamoDBBatchResponse>;
const lines: string[] = [];
beforeEach(async () => {
  objects = new Objects();
  client = new S3Client({
    endpoint: await objects.listen(),
    forcePathStyle: true,
    region: 'eu-central-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  lines.length = 0;
  const log = new StdoutLog((line) => void lines.push(line));
  const handler = archive({ archive: new S3EventArchive({ client, bucket: 'archive' }), log });
  keep = (records) => handler({ Records: [...records] });
});
afterEach(() => {
  client.destroy();
  objects.close();
});

/** An account of four events, and the changes of the audit table that they made. */
async function recorded() {
  const changes: DynamoDBRecord[] = [];
  const engine = EmbeddedStore.memory({ clock: () => Date.parse('2026-11-20T10:00:00.000Z') });
  engine.onChange((records) => {
    changes.push(...records.filter(({ eventSourceARN = '' }) => eventSourceARN.includes('table/audit/')));
  });
  const { accountId } = await new AccountStage(engine).recordedAccount();
  return { accountId, changes };
}

test('each event becomes an object by chain and sequence, and together they verify', async () => {
  const { accountId, changes } = await recorded();
  await keep(changes);
  expect([...objects.stored.keys()]).toEqual(
    [1, 2, 3, 4].map((sequence) => `/archive/${accountId}/00000000000${sequence}.jsonl`),
  );
  const file = [...objects.stored.values()].join('');
  expect(verifyAuditFile(file)).toEqual({ chains: 1, events: 4, faults: [] });
});

test('repeated changes leave existing objects unchanged', async () => {
  const { changes } = await recorded();
  await keep(changes.slice(0, 3));
  const before = new Map(objects.stored);
  await keep(changes);
  expect(objects.puts).toHaveLength(7);
  expect([...objects.stored].slice(0, 3)).toEqual([...before]);
  expect(objects.stored.size).toBe(4);
});

test('a failure stops the batch at its event, leaves no gap and logs no content', async () => {
  const { changes } = await recorded();
  const numberOf = (index: number) => changes[index]?.dynamodb?.SequenceNumber;
  for (const status of [500, 403, 409]) {
    objects.failures.push(status);
    expect(await keep(changes)).toEqual({ batchItemFailures: [{ itemIdentifier: numberOf(0) }] });
    expect(objects.stored.size).toBe(0);
  }
  await keep(changes.slice(0, 2));
  objects.failures.push(500);
  expect(await keep(changes.slice(2))).toEqual({ batchItemFailures: [{ itemIdentifier: numberOf(2) }] });
  expect(objects.stored.size).toBe(2);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', code: 'STREAM_FAULT', count: 4 });
  await keep(changes);
  expect(objects.stored.size).toBe(4);
});

test('an item that is not an event, and could contain anything, is not archived and does not hold up others', async () => {
  const { accountId, changes } = await recorded();
  const [first] = changes;
  const image = { ...first?.dynamodb?.NewImage, email: { S: 'somebody@example.test' } };
  const odd = { ...first, dynamodb: { ...first?.dynamodb, NewImage: image } };
  expect(await keep([odd, ...changes.slice(1)])).toEqual({ batchItemFailures: [] });
  expect(objects.puts).toHaveLength(3);
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 'error', code: 'CHANGE_PARKED', accountId, cause: 'TypeError' },
  ]);
  expect(lines.join()).not.toContain('somebody');
});

test('expired and modified events are not archived', async () => {
  const { changes } = await recorded();
  await keep(changes.map((change) => ({ ...change, eventName: 'REMOVE' as const })));
  await keep(changes.map((change) => ({ ...change, eventName: 'MODIFY' as const })));
  expect(objects.puts).toEqual([]);
});
