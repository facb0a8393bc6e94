import { DataFolder } from '../../dev/local/folder/data-folder';
import { ExpiryClock } from '../../dev/local/gateway/expiry-clock';
import { openLocalServices } from '../../dev/local/gateway/local-services';
import { Sealer } from '../../dev/local/gateway/sealer';
import { StdoutLog } from '../../lambdas/adapters/stdout-log';
import { absent } from '../../lambdas/domain/table/condition';
import { putUsageRecord } from '../../lambdas/domain/usage/records/usage-records';
import { ACCOUNT, outcomeOf, USAGE_RETENTION_DAYS, WalletStage } from '../domain/wallet/wallet-stage';
import { temporaryFolder } from './temporary-folder';
import { until } from './until';

const HOUR_MS = 3_600_000;

test('a receipt that a stopped run did not complete is completed by a later one, however much is sealed meanwhile', async () => {
  const folder = new DataFolder(temporaryFolder());
  const stage = new WalletStage();
  const services = await openLocalServices(folder, { clock: () => stage.now });
  const sources = { clock: () => stage.now, timer: () => stage.now };
  const expiry = new ExpiryClock(services.store, sources);
  const open = (): Sealer => new Sealer(folder, { ...services, expiry }, new StdoutLog(() => undefined));
  /** Records a request that has just ended. */
  const end = async (): Promise<string> => {
    const requestId = stage.nextRequestId();
    const hold = { ...(await stage.reserve(1n, requestId)), accountId: ACCOUNT };
    const record = { ...outcomeOf(hold), at: new Date(stage.now).toISOString(), costPico: 1n, overrunPico: 0n };
    await services.store.write(putUsageRecord(record, USAGE_RETENTION_DAYS, absent()));
    return requestId;
  };
  await stage.fund(1_000n);
  await services.accounts.create({ accountId: ACCOUNT });

  const lost = await end();
  stage.now += 3 * HOUR_MS;
  const interrupted = open();
  await interrupted.start();
  await end();
  await interrupted.stop();
  stage.now += 3 * HOUR_MS;
  const last = open();
  await last.start();
  const receipt = await until('the receipt of the lost change', async () => {
    const record = await services.usage.get(ACCOUNT, lost);
    return record && services.receipts.find(record);
  });
  expect(receipt).toMatchObject({ receipt: { requestId: lost } });
  await last.stop();
  await services.close();
});
