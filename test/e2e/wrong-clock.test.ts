import { rmSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { runCommand } from '../../dev/cli/commands/run-command';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { ExpiryClock } from '../../dev/local/gateway/expiry-clock';
import { type LocalServices, openLocalServices } from '../../dev/local/gateway/local-services';
import { Sealer } from '../../dev/local/gateway/sealer';
import { Sweeper } from '../../dev/local/gateway/sweeper';
import { StdoutLog } from '../../lambdas/adapters/stdout-log';
import { OpenLeaves } from '../../lambdas/domain/receipts/open-leaves';
import { readDocuments } from '../../lambdas/domain/receipts/receipt-document';
import { verifyReceipts } from '../../lambdas/domain/receipts/verify-receipts';
import { readPublicKeys } from '../../lambdas/domain/receipts/verify-signature';
import { ACCOUNT, WalletStage } from '../domain/wallet/wallet-stage';
import { temporaryFolder } from './temporary-folder';

const HOUR_MS = 3_600_000;
const SWEEP_EVERY_MS = 5_000;
const JUMP_MS = 100 * 24 * HOUR_MS;
const CENT = 10_000_000_000n;
const REQUESTS = 5;

let folder: DataFolder;
let services: LocalServices;
let stage: WalletStage;
let expiry: ExpiryClock;
let sweeper: Sweeper;
let logged: string[];
beforeEach(async () => {
  // The timers and `performance.now` obey the test, so that time passes as it says.
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date'] });
  folder = new DataFolder(temporaryFolder());
  logged = [];
  await open();
  stage = new WalletStage(services.store);
});
afterEach(async () => {
  await services.close();
  jest.useRealTimers();
  rmSync(folder.path, { recursive: true });
});

/** Opens the folder as a start of the gateway does. */
async function open(): Promise<void> {
  services = await openLocalServices(folder, { clock: () => stage.now });
  expiry = new ExpiryClock(services.store, { clock: () => stage.now, timer: () => performance.now() });
  sweeper = new Sweeper({ ...services, expiry }, log());
}

const log = () => new StdoutLog((line) => void logged.push((JSON.parse(line) as { code: string }).code));

/** Charges requests, and seals their receipts as the gateway does. */
async function charge(requests: number): Promise<void> {
  const sealer = new Sealer(folder, { ...services, expiry }, log());
  await sealer.start();
  for (let request = 0; request < requests; request += 1) await stage.settle(await stage.reserve(CENT), CENT);
  await sealer.stop();
}

/** Lets the gateway run with the machine's clock, and sweep this often. */
async function run(sweeps: number, everyMs = SWEEP_EVERY_MS): Promise<void> {
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    stage.now += everyMs;
    sweeper.start();
    jest.advanceTimersByTime(everyMs);
    await sweeper.stop();
  }
}

const output = async (command: Parameters<typeof runCommand>[1]): Promise<readonly string[]> => {
  const { exitCode, lines } = await runCommand(services, command);
  expect(exitCode).toBe(0);
  return lines;
};

/** Everything that a reader finds in the folder, after checking that all of it verifies. */
async function contents() {
  const receipts = await output({ name: 'export-receipts', accountId: ACCOUNT });
  const keys = readPublicKeys((await output({ name: 'receipt-keys' })).join('\n'));
  const verification = verifyReceipts(readDocuments(receipts.join('\n')), keys);
  expect(verification.faults).toEqual([]);
  return {
    usage: await output({ name: 'usage', accountId: ACCOUNT, limit: 100 }),
    wallet: await output({ name: 'wallet', accountId: ACCOUNT }),
    keys: await output({ name: 'list-keys', accountId: ACCOUNT }),
    ledger: await output({ name: 'verify' }),
    audit: await output({ name: 'verify-audit' }),
    // The first line says when the export was made.
    events: (await output({ name: 'export-audit', chain: ACCOUNT })).slice(1),
    receipts,
    sealed: verification.receipts,
  };
}

/** An account with charged requests, sealed receipts and audit events, on a gateway that has run for a while. */
async function useGateway(): Promise<Awaited<ReturnType<typeof contents>>> {
  await stage.fund(100n * CENT);
  await services.keys.create({ accountId: ACCOUNT });
  await run(3);
  await charge(REQUESTS);
  const before = await contents();
  expect([before.usage.length, before.sealed]).toEqual([REQUESTS, REQUESTS]);
  expect(before.events.length).toBeGreaterThan(0);
  return before;
}

test('a clock that is 100 days ahead for 70 seconds destroys no record, event, receipt or entry', async () => {
  const before = await useGateway();
  stage.now += JUMP_MS;
  await run(14);
  stage.now -= JUMP_MS;
  await run(3);
  expect(await contents()).toEqual(before);
  expect(logged.filter((code) => code !== 'RECEIPTS_SEALED')).toEqual(['CLOCK_DOUBTED']);
});

test('a request that runs while the clock is 100 days ahead keeps its hold, and is charged as usual', async () => {
  await useGateway();
  const [available, , spent] = await stage.amounts();
  const hold = await stage.reserve(CENT);
  stage.now += JUMP_MS;
  await run(3);
  expect(await stage.amounts()).toEqual([available - CENT, CENT, spent]);
  stage.now -= JUMP_MS;
  await stage.settle(hold, CENT);
  expect(await stage.amounts()).toEqual([available - CENT, 0n, spent + CENT]);
});

test('requests that are charged and sealed while the clock is 100 days ahead verify later, like those before', async () => {
  const before = await useGateway();
  stage.now += JUMP_MS;
  await run(3);
  await charge(1);
  await run(3);
  stage.now -= JUMP_MS;
  await charge(1);
  await run(3);
  const after = await contents();
  expect(after.usage).toHaveLength(REQUESTS + 2);
  expect(after.usage).toEqual(expect.arrayContaining([...before.usage]));
  expect(after.sealed).toBe(REQUESTS + 2);
});

test('a gateway that restarts while the clock is ahead destroys nothing either', async () => {
  const before = await useGateway();
  stage.now += JUMP_MS;
  for (let restart = 0; restart < 5; restart += 1) {
    await services.close();
    await open();
    await run(2);
  }
  stage.now -= JUMP_MS;
  await run(3);
  expect(await contents()).toEqual(before);
});

test('a receipt that a killed gateway left open is sealed at the next start, even if a seal was made in the future', async () => {
  await useGateway();
  stage.now += JUMP_MS;
  await charge(1);
  stage.now -= JUMP_MS;
  await stage.settle(await stage.reserve(CENT), CENT);
  const sealer = new Sealer(folder, { ...services, expiry }, log());
  await sealer.start();
  await leafOpens();
  await sealer.stop();
  expect((await contents()).sealed).toBe(REQUESTS + 2);
});

/** Resolves once the receipt of a request waits to be sealed. */
async function leafOpens(): Promise<void> {
  for (;;) {
    for await (const { accounts } of new OpenLeaves(services).batches()) if (accounts().length > 0) return;
    await nextTurn();
  }
}

test('a clock that stays 100 days ahead for six hours is believed, and what has expired by it is removed', async () => {
  await useGateway();
  stage.now += JUMP_MS;
  await run(5, HOUR_MS);
  stage.now -= JUMP_MS;
  expect(await output({ name: 'usage', accountId: ACCOUNT, limit: 100 })).toHaveLength(REQUESTS);
  stage.now += JUMP_MS;
  await run(7, HOUR_MS);
  stage.now -= JUMP_MS;
  expect(await output({ name: 'usage', accountId: ACCOUNT, limit: 100 })).toEqual([]);
});
