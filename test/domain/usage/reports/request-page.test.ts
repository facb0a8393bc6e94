import type { Query, TableStore } from '../../../../lambdas/domain/table/table-store';
import { putUsageRecord } from '../../../../lambdas/domain/usage/records/usage-records';
import { absent } from '../../../../lambdas/domain/table/condition';
import { requestPage } from '../../../../lambdas/domain/usage/reports/request-page';
import { ACCOUNT } from '../../wallet/wallet-stage';
import { RETENTION_DAYS, RollUpStage } from '../rollups/roll-up-stage';

test('a page that finds nothing ends after a limited number of records and says where the next one begins', async () => {
  const { put } = putUsageRecord(new RollUpStage().record(), RETENTION_DAYS, absent());
  let left = 10 ** 12;
  let read = 0;
  const query = async ({ partition, limit = 0 }: Query) => {
    const items = Array.from({ length: limit }, () => {
      read += 1;
      left -= 1;
      return { ...put, pk: partition, sk: `req_${String(left).padStart(26, '0')}` };
    });
    return { items, next: { pk: partition, sk: items.at(-1)?.sk ?? '' } };
  };
  const store = { query } as unknown as TableStore;
  const page = await requestPage(store, ACCOUNT, { model: 'none' }, { limit: 5_000 });
  expect(page).toEqual({ items: [], next: { pk: ACCOUNT, sk: expect.stringMatching(/^req_\d{26}$/) as unknown } });
  expect(read).toBeLessThan(21_000);
});
