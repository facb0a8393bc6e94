import { rmSync } from 'node:fs';
import { type Command, commandSchema } from '../../dev/cli/commands/command';
import { parseCommandLine } from '../../dev/cli/commands/command-line';
import { runCommand } from '../../dev/cli/commands/run-command';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { type LocalServices, openLocalServices } from '../../dev/local/gateway/local-services';
import { usageRecordKey } from '../../lambdas/contracts/storage/table-keys/usage';
import { USAGE } from '../../lambdas/contracts/storage/tables';
import { OpenLeaves } from '../../lambdas/domain/receipts/open-leaves';
import type { Item } from '../../lambdas/domain/table/value';
import { ParkedChanges } from '../../lambdas/domain/usage/parked/parked-changes';
import { hourOf } from '../../lambdas/domain/usage/spend-watch/hours';
import { KeySpend } from '../../lambdas/domain/usage/spend-watch/key-spend';
import { ACCOUNT, WalletStage } from '../domain/wallet/wallet-stage';
import { temporaryFolder } from './temporary-folder';

const CENT = 10_000_000_000n;
const CHANGE_IDS = { readable: 'a1', unreadable: 'b2', expired: 'c3' };

let folder: DataFolder;
let services: LocalServices;
let stage: WalletStage;
beforeEach(async () => {
  folder = new DataFolder(temporaryFolder());
  services = await openLocalServices(folder, { clock: () => stage.now });
  stage = new WalletStage(services.store);
  await services.accounts.create({ accountId: ACCOUNT });
  await stage.fund(100n * CENT);
});
afterEach(async () => {
  await services.close();
  rmSync(folder.path, { recursive: true });
});

const tollgate = (...args: readonly string[]) => runCommand(services, commandOf(args));

function commandOf(args: readonly string[]): Command {
  return commandSchema.parse(parseCommandLine(args)?.command);
}

const parsed = (lines: readonly string[]): unknown[] => lines.map((line) => JSON.parse(line) as unknown);

async function charge(): Promise<string> {
  const hold = await stage.reserve(CENT);
  await stage.settle(hold, CENT);
  return hold.requestId;
}

/** @returns the record as it was */
async function spoil(requestId: string): Promise<Item> {
  const item = await services.store.get({ table: USAGE, key: usageRecordKey(ACCOUNT, requestId) });
  if (item === undefined) throw new Error('there is no record');
  await services.store.write({ table: USAGE, put: { ...item, costPico: 'a secret' } });
  return item;
}

async function openLeaves(): Promise<string[]> {
  const requestIds: string[] = [];
  for await (const { accounts } of new OpenLeaves(services).batches())
    requestIds.push(...accounts().flatMap(({ leaves }) => leaves.map(({ requestId }) => requestId)));
  return requestIds;
}

const spent = async (): Promise<bigint> => {
  const { keyId, at } = (await services.usage.newest(ACCOUNT, 1))[0] ?? { keyId: '', at: '' };
  return new KeySpend(services).inHour({ accountId: ACCOUNT, counterId: keyId, hour: hourOf(Date.parse(at)) });
};

test('parked changes are listed without content and replayed once, and only those that cannot be read stay', async () => {
  const [readable, unreadable, expired] = [await charge(), await charge(), stage.nextRequestId()];
  const record = await spoil(unreadable);
  const parked = new ParkedChanges(services);
  const changes = Object.entries({ readable, unreadable, expired }).map(([name, requestId]) => ({
    changeId: CHANGE_IDS[name as keyof typeof CHANGE_IDS],
    key: usageRecordKey(ACCOUNT, requestId),
    cause: 'ZodError',
  }));
  await parked.park('receipts', changes);
  await parked.park('spend', changes);

  const { exitCode, lines } = await tollgate('parked', 'list');
  expect([exitCode, lines.length]).toEqual([0, 6]);
  expect(parsed(lines)).toContainEqual({
    reader: 'spend',
    changeId: CHANGE_IDS.unreadable,
    accountId: ACCOUNT,
    requestId: unreadable,
    cause: 'ZodError',
    parkedAt: new Date(stage.now).toISOString(),
  });

  const first = await tollgate('parked', 'replay');
  expect(first).toMatchObject({ exitCode: 1, error: '2 of the changes still cannot be read, and stay parked.' });
  expect(parsed(first.lines)).toEqual(
    ['receipts', 'spend'].flatMap((reader) => [
      { reader, accountId: ACCOUNT, requestId: readable, outcome: 'replayed' },
      { reader, accountId: ACCOUNT, requestId: unreadable, outcome: 'unreadable' },
      { reader, accountId: ACCOUNT, requestId: expired, outcome: 'gone' },
    ]),
  );
  expect(await openLeaves()).toEqual([readable]);

  const completed = await tollgate('receipts', 'complete', ACCOUNT);
  expect(completed.exitCode).toBe(1);
  expect(parsed(completed.lines)).toEqual([{ accountId: ACCOUNT, opened: 0, unreadable: [unreadable] }]);

  await services.store.write({ table: USAGE, put: record });
  expect(await tollgate('parked', 'replay')).toEqual({
    exitCode: 0,
    lines: ['receipts', 'spend'].map((reader) =>
      JSON.stringify({ reader, accountId: ACCOUNT, requestId: unreadable, outcome: 'replayed' }),
    ),
  });
  expect((await openLeaves()).sort()).toEqual([readable, unreadable].sort());
  expect(await spent()).toBe(2n * CENT);
  for (const verb of ['replay', 'list']) expect(await tollgate('parked', verb)).toEqual({ exitCode: 0, lines: [] });
  expect(parsed((await tollgate('receipts', 'complete', ACCOUNT)).lines)).toEqual([{ accountId: ACCOUNT, opened: 0 }]);
});

test('the spend of a record is added once, although two of its changes were parked', async () => {
  const requestId = await charge();
  const key = usageRecordKey(ACCOUNT, requestId);
  const changes = [CHANGE_IDS.readable, CHANGE_IDS.unreadable].map((changeId) => ({
    changeId,
    key,
    cause: 'ZodError',
  }));
  await new ParkedChanges(services).park('spend', changes);
  expect((await tollgate('parked', 'replay')).lines).toHaveLength(2);
  expect(await spent()).toBe(CENT);
});

test('a change whose key could not be read stays parked', async () => {
  await new ParkedChanges(services).park('receipts', [{ changeId: 'a1', cause: 'TypeError' }]);
  expect(await tollgate('parked', 'replay')).toMatchObject({
    exitCode: 1,
    lines: ['{"reader":"receipts","outcome":"unreadable"}'],
  });
  expect((await tollgate('parked', 'list')).lines).toHaveLength(1);
});
