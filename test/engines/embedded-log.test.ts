import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import { until } from '../e2e/until';
import { EmbeddedStage, get, holdLog, key, logOf, put } from './embedded-stage';

const TRANSACTIONS = 25;
const WRITERS = 8;
const LARGE_CHARACTERS = 200_000;
const LONG_LOG_BYTES = 40_000_000;

/** The files after some acknowledged transactions, all of which are in the log only. */
interface Recording {
  readonly file: string;
  readonly log: Buffer;
  /** The length of the log after each transaction. */
  readonly lengths: readonly number[];
}

let stage: EmbeddedStage;
let recording: Recording;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-log-'));
  stage = new EmbeddedStage();
  recording = await record();
});
afterAll(async () => {
  await stage.remove();
  rmSync(folder, { recursive: true });
});

/** Each transaction writes one item to each of two tables, and adds to a counter in a third item. */
async function record(): Promise<Recording> {
  await put(stage.open(), 'before');
  await stage.close();
  const file = join(folder, 'recorded.db');
  copyFileSync(stage.file, file);
  const store = stage.open();
  const release = holdLog(stage.file);
  const lengths: number[] = [];
  for (let n = 1; n <= TRANSACTIONS; n += 1) {
    const padding = 'x'.repeat((n * 997) % 9_000);
    await store.transact([
      { table: WALLET, put: { pk: 'entries', sk: String(n).padStart(3, '0'), padding } },
      { table: USAGE, put: { pk: 'entries', sk: String(n).padStart(3, '0'), padding } },
      { table: WALLET, update: key('counter'), change: { add: { n: 1n } } },
    ]);
    lengths.push(statSync(logOf(stage.file)).size);
  }
  const log = readFileSync(logOf(stage.file));
  release();
  await stage.close();
  return { file, log, lengths };
}

/**
 * Opens the recorded file with another log.
 * @returns the number of transactions, after checking that none is there in part
 */
async function transactionsWith(log: Uint8Array): Promise<number> {
  const file = join(folder, 'torn.db');
  copyFileSync(recording.file, file);
  writeFileSync(logOf(file), log);
  const store = EmbeddedStore.open({ file, clock: stage.clock });
  try {
    const [wallet, usage] = await Promise.all(
      [WALLET, USAGE].map(async (table) => (await store.query({ table, partition: 'entries' })).items),
    );
    const counter = await store.get({ table: WALLET, key: key('counter') });
    expect(wallet).toEqual(usage);
    expect(wallet?.map(({ sk }) => Number(sk))).toEqual(wallet?.map((_, index) => index + 1));
    expect(counter?.['n'] ?? 0n).toBe(BigInt(wallet?.length ?? 0));
    expect(await store.get({ table: WALLET, key: key('before') })).toBeDefined();
    return wallet?.length ?? 0;
  } finally {
    await store.close();
    rmSync(file);
  }
}

/** The transactions that end within the first bytes of the log. */
const within = (bytes: number): number => recording.lengths.filter((length) => length <= bytes).length;

test('a store with a whole log has every transaction', async () => {
  expect(await transactionsWith(recording.log)).toBe(TRANSACTIONS);
});

test('a log that was cut off anywhere keeps every transaction that ends before the cut, and tears none', async () => {
  const cut = fc.integer({ min: 0, max: recording.log.length });
  await fc.assert(
    fc.asyncProperty(cut, async (bytes) => {
      expect(await transactionsWith(recording.log.subarray(0, bytes))).toBe(within(bytes));
    }),
    { numRuns: 60 },
  );
});

test('a log with flipped bits keeps every transaction before them, and tears none', async () => {
  const flip = fc.record({
    at: fc.integer({ min: recording.lengths[TRANSACTIONS - 8] ?? 0, max: recording.log.length - 1 }),
    bits: fc.integer({ min: 1, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(flip, async ({ at, bits }) => {
      const damaged = Buffer.from(recording.log);
      damaged.writeUInt8(damaged.readUInt8(at) ^ bits, at);
      expect(await transactionsWith(damaged)).toBe(within(at));
    }),
    { numRuns: 60 },
  );
});

test('a log whose last part is still zero, as after a power failure, keeps what was flushed before', async () => {
  const start = recording.lengths[TRANSACTIONS - 4] ?? 0;
  const zeroed = Buffer.from(recording.log).fill(0, start + 10);
  expect(await transactionsWith(zeroed)).toBe(TRANSACTIONS - 3);
});

test('a store with a torn log accepts writes, which survive the next restart', async () => {
  const file = join(folder, 'continued.db');
  copyFileSync(recording.file, file);
  writeFileSync(logOf(file), recording.log.subarray(0, recording.log.length - 5));
  const open = () => EmbeddedStore.open({ file, clock: stage.clock });
  const first = open();
  await put(first, 'later');
  await first.close();
  const second = open();
  expect(await second.get({ table: WALLET, key: key('later') })).toBeDefined();
  expect(await second.get({ table: WALLET, key: key('counter') })).toMatchObject({ n: BigInt(TRANSACTIONS - 1) });
  await second.close();
});

test('the commits of a running store reach its file within a while', async () => {
  const store = stage.open();
  const before = statSync(stage.file).size;
  await put(store, 'large', { text: 'x'.repeat(100_000) });
  await until('the log to be copied', () => statSync(stage.file).size >= before + 100_000);
});

test('a log that grew long during a backup starts again and shrinks under steady writes, and no write is lost', async () => {
  const store = stage.open();
  const release = holdLog(stage.file);
  let isBusy = true;
  const written = await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      let n = 0;
      for (; isBusy; n += 1) {
        await put(store, `writer-${writer}`, { n, text: String(n % 10).repeat(LARGE_CHARACTERS) });
        if (writer === 0) isBusy = !hasStartedAgain(release);
      }
      return BigInt(n - 1);
    }),
  );
  await stage.close();
  const reopened = stage.open();
  const stored = await Promise.all(written.map((_, writer) => get(reopened, `writer-${writer}`)));
  expect(stored.map((item) => item?.['n'])).toEqual(written);
});

let longest = 0;

/** Ends the backup once the log is long. */
function hasStartedAgain(endBackup: () => void): boolean {
  const { size } = statSync(logOf(stage.file));
  if (longest < LONG_LOG_BYTES && size >= LONG_LOG_BYTES) endBackup();
  longest = Math.max(longest, size);
  return size < longest;
}
