/**
 * `npm run bench:exports`: exports an account with a million usage records, and prints the time and the memory of each
 * step. The store makes records up as they are read and the files are thrown away, so this is the work of the function
 * itself; in AWS, 2,000 pages of DynamoDB come on top.
 */
import { openEncryptedZip } from '../lambdas/adapters/archive/encrypted-zip';
import { EmbeddedStore } from '../lambdas/adapters/embedded/embedded-store';
import { exportInputSchema } from '../lambdas/contracts/storage/export';
import { usageRecordKey } from '../lambdas/contracts/storage/table-keys/usage';
import { USAGE } from '../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../lambdas/domain/access/actor';
import { AuditLog } from '../lambdas/domain/audit/audit-log';
import { Accounts } from '../lambdas/domain/accounts/accounts';
import { systemClock as clock } from '../lambdas/domain/clock';
import { Exports } from '../lambdas/domain/privacy/export/exports';
import { writePart } from '../lambdas/domain/privacy/export/write-part';
import type { Query, TableStore } from '../lambdas/domain/table/table-store';
import type { Item } from '../lambdas/domain/table/value';
import { print } from '../dev/print';

const RECORDS = 1_000_000;
const SHARDS = 16;
const MEBIBYTE = 1_024 * 1_024;

function record(accountId: string, number: number): Item {
  const requestId = `req_01JD${String(number).padStart(22, '0')}`;
  return {
    ...usageRecordKey(accountId, requestId),
    requestId,
    accountId,
    keyId: '01JD0000000000000000000001',
    at: new Date(1_760_000_000_000 + number * 1_234).toISOString(),
    endpoint: 'chat',
    model: number % 3 === 0 ? 'gpt-5' : 'claude-sonnet-4-5',
    provider: number % 3 === 0 ? 'openai' : 'anthropic',
    streamed: true,
    status: 'completed',
    httpStatus: 200n,
    usage: { input: BigInt(number % 9_973), cachedInput: BigInt(number % 4_001), output: BigInt(number % 2_003) },
    estimated: false,
    costPico: BigInt(number % 99_991) * 1_000_003n,
    overrunPico: 0n,
    priceVersion: 'genai-prices@0.1.8/2026-11-01',
    labels: { team: `team-${number % 17}` },
    firstByteMs: BigInt(number % 1_999),
    durationMs: BigInt(number % 29_989),
  };
}

/** A store in memory whose usage partitions have as many records as are wanted. */
function withRecords(inner: TableStore, accountId: string): TableStore {
  const query = (query: Query): ReturnType<TableStore['query']> => {
    if (query.table !== USAGE || !query.partition.startsWith('acc_')) return inner.query(query);
    const each = RECORDS / SHARDS;
    const first = Number(query.partition.slice(-2)) * each;
    const from = query.after === undefined ? first : Number(query.after.sk.slice(-22)) + 1;
    const to = Math.min(first + each, from + (query.limit ?? 100));
    // Each record is under the partition that was asked for, although its ID would hash to another.
    const items = Array.from({ length: to - from }, (_, index) => ({
      ...record(accountId, from + index),
      pk: query.partition,
    }));
    const last = items.at(-1) as { readonly pk: string; readonly sk: string } | undefined;
    return Promise.resolve(to < first + each && last ? { items, next: { pk: last.pk, sk: last.sk } } : { items });
  };
  return {
    query,
    get: (get) => inner.get(get),
    write: (write) => inner.write(write),
    transact: (writes, token) => inner.transact(writes, token),
  };
}

const engine = EmbeddedStore.memory({ clock });
const audit = new AuditLog({ store: engine, clock });
const accountId = await new Accounts({ store: engine, clock, audit }).create({ name: 'Bench' });
const store = withRecords(engine, accountId);
const exports = new Exports({
  store,
  clock,
  audit,
  workflows: { startExport: () => Promise.resolve() },
  links: { sign: () => Promise.reject(new Error('no links')) },
  randomBytes: (bytes) => new Uint8Array(bytes).fill(1),
});
const { exportId } = await exports.request({ ownerId: accountId, actor: DEPLOYMENT });
const input = exportInputSchema.parse({ ownerId: accountId, exportId });
const files = { create: () => new WritableStream<Uint8Array>(), remove: () => Promise.resolve() };

let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
for (let isComplete = false; !isComplete;) {
  peak = 0;
  const startedAt = performance.now();
  ({ isComplete } = await writePart({ store, clock, files, openArchive: openEncryptedZip }, input));
  const seconds = (performance.now() - startedAt) / 1_000;
  const file = (await exports.get(accountId, exportId)).files.at(-1);
  const [size, memory] = [(file?.bytes ?? 0) / MEBIBYTE, peak / MEBIBYTE];
  print(
    `${file?.items} items, ${size.toFixed(0)} MiB, ${seconds.toFixed(1)} s, at most ${memory.toFixed(0)} MiB of memory`,
  );
}
clearInterval(watch);
