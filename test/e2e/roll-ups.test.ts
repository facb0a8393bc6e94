import { rmSync } from 'node:fs';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { openLocalServices, openReadOnlyServices, type LocalServices } from '../../dev/local/gateway/local-services';
import { startLocalGateway } from '../../dev/local/gateway/local-gateway';
import { runCommand } from '../../dev/cli/commands/run-command';
import { readSettings } from '../../dev/local/settings';
import { StdoutLog } from '../../lambdas/adapters/stdout-log';
import { ReadRollUps } from '../../lambdas/domain/usage/rollups/read-roll-ups';
import { sumOfMeasures } from '../../lambdas/domain/usage/rollups/measures';
import type { Dimension } from '../../lambdas/contracts/storage/table-keys/roll-ups';
import { FolderOwnership } from '../../dev/local/folder/ownership';
import { ACCOUNT, WalletStage } from '../domain/wallet/wallet-stage';
import { CHAT_MODEL, startLocalRun, stoppedRun } from './local-run';
import { chatCompletion } from './provider-answers';
import { temporaryFolder } from './temporary-folder';
import { until } from './until';
import { wholeAnswer } from './upstream';

const CENT = 10_000_000_000n;
const CHAT_USAGE = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

async function sumOf({ store }: Pick<LocalServices, 'store'>, accountId: string, dimension: Dimension) {
  const measures: Parameters<typeof sumOfMeasures>[0][number][] = [];
  for await (const rollUp of new ReadRollUps({ store }).all(accountId, dimension, 'day', { from: '0', to: '9' }))
    measures.push(rollUp.measures);
  return sumOfMeasures(measures);
}

test('a gateway that stops has counted each of its requests, in every dimension', async () => {
  const run = await startLocalRun();
  for (let request = 0; request < 3; request += 1) {
    run.upstream.answerWith(wholeAnswer(chatCompletion('Hello', CHAT_USAGE)));
    await run.openai.chat.completions.create({ model: CHAT_MODEL, messages: [{ role: 'user', content: 'Hello' }] });
  }
  await run.gateway.stop();
  const { gateway, stop } = await stoppedRun(run);
  const { services, account } = gateway;
  const balance = await services.wallet.balance(account.accountId);
  for (const dimension of ['account', 'key', 'model', 'provider'] as const)
    expect(await sumOf(services, account.accountId, dimension)).toMatchObject({
      requests: 3n,
      's:completed': 3n,
      costPico: balance?.spentPico,
    });
  await stop();
});

test('a gateway counts after its start what an earlier one was killed before it counted', async () => {
  const folder = new DataFolder(temporaryFolder());
  folder.create();
  const ownership = await FolderOwnership.acquire(folder, 'command');
  const services = await openLocalServices(folder);
  const stage = new WalletStage(services.store);
  stage.now = Date.now();
  await stage.fund(CENT);
  // Nothing reads the changes of this charge, as if its process had died at once.
  await stage.settle(await stage.reserve(100n), 40n);
  await services.close();
  await ownership.release();
  const settings = readSettings({ PORT: '0', TOLLGATE_DATA: folder.path });
  const gateway = await startLocalGateway(settings, new StdoutLog(() => undefined));
  await until(
    'the lost change to be counted',
    async () => (await sumOf(gateway.services, ACCOUNT, 'account'))['requests'] === 1n,
  );
  await gateway.stop();
  const reopened = await openReadOnlyServices(folder);
  expect(await sumOf(reopened, ACCOUNT, 'account')).toMatchObject({ requests: 1n, costPico: 40n });
  await reopened.close();
  rmSync(folder.path, { recursive: true });
});

test('the command that completes usage counts the records that are missing, and once', async () => {
  const folder = new DataFolder(temporaryFolder());
  const services = await openLocalServices(folder);
  const stage = new WalletStage(services.store);
  stage.now = Date.now();
  await stage.fund(CENT);
  for (let request = 0; request < 5; request += 1) await stage.settle(await stage.reserve(100n), 40n);
  for (let repeat = 0; repeat < 2; repeat += 1)
    expect(await runCommand(services, { name: 'complete-usage', accountId: ACCOUNT })).toEqual({
      exitCode: 0,
      lines: [JSON.stringify({ accountId: ACCOUNT, records: 5 })],
    });
  expect(await sumOf(services, ACCOUNT, 'key')).toMatchObject({ requests: 5n, costPico: 200n });
  await services.close();
  rmSync(folder.path, { recursive: true });
});
