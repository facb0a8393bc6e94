import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { WALLET } from '../../lambdas/contracts/storage/tables';
import type { Item } from '../../lambdas/domain/table/value';

const KILLS = 3;
const WRITES_BEFORE_KILL = 300;
const folder = mkdtempSync(join(tmpdir(), 'tollgate-crash-'));
let writer: ChildProcess | undefined;

afterAll(() => {
  writer?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

test('a process that is killed while it writes loses no acknowledged write and tears no transaction', async () => {
  for (let kill = 1; kill <= KILLS; kill++) {
    const file = join(folder, `store-${kill}.db`);
    const acknowledged = await writeUntilKilled(file);
    const store = EmbeddedStore.open({ file, clock: Date.now });
    const entries = await countEntries(store);
    expect(entries).toBeGreaterThanOrEqual(acknowledged);
    expect(await store.get({ table: WALLET, key: { pk: 'balance', sk: 'balance' } })).toEqual(
      expect.objectContaining({ n: BigInt(entries) }),
    );
    await store.close();
  }
});

test('another process can read the store of a running one', async () => {
  const file = join(folder, 'running.db');
  const { child, lines } = startWriter(file);
  const [acknowledged] = (await once(lines, 'line')) as [string];
  const reader = EmbeddedStore.openReadOnly({ file, clock: Date.now });
  expect(await countEntries(reader)).toBeGreaterThanOrEqual(Number(acknowledged));
  await reader.close();
  child.kill('SIGKILL');
  await once(child, 'close');
});

function startWriter(file: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'table-store-crash-writer.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  writer = child;
  return { child, lines: createInterface({ input: child.stdout }) };
}

/** @returns the last number that the process printed */
async function writeUntilKilled(file: string): Promise<number> {
  const { child, lines } = startWriter(file);
  let last = 0;
  lines.on('line', (line) => {
    last = Number(line);
    if (last === WRITES_BEFORE_KILL) child.kill('SIGKILL');
  });
  await Promise.all([once(child, 'close'), once(lines, 'close')]);
  expect(last).toBeGreaterThanOrEqual(WRITES_BEFORE_KILL);
  return last;
}

async function countEntries(store: EmbeddedStore): Promise<number> {
  const seen: Item[] = [];
  let page = await store.query({ table: WALLET, partition: 'entries' });
  for (seen.push(...page.items); page.next !== undefined; seen.push(...page.items)) {
    page = await store.query({ table: WALLET, partition: 'entries', after: page.next });
  }
  return seen.length;
}
