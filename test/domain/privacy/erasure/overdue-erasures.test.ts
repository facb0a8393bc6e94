import { EmbeddedStore } from '../../../../lambdas/adapters/embedded/embedded-store';
import { isoTime } from '../../../../lambdas/contracts/storage/table-keys/key-parts';
import { erasureKey, erasureListingKey, legalHoldKey } from '../../../../lambdas/contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../../lambdas/contracts/storage/tables';
import { DAY_MS } from '../../../../lambdas/domain/clock';
import { encodeNewErasure } from '../../../../lambdas/domain/privacy/erasure/erasure-item';
import { overdueErasures } from '../../../../lambdas/domain/privacy/erasure/overdue-erasures';
import { exampleIds } from '../example-items';

const START = Date.parse('2026-11-20T10:00:00.000Z');
const ERASURE_ID = 'era_01JD0000000000000000000001';

test('an erasure is overdue after 25 days, unless a legal hold pauses it', async () => {
  let now = START;
  const clock = (): number => now;
  const store = EmbeddedStore.memory({ clock });
  const { accountId: ownerId } = exampleIds(1);
  const erasure = encodeNewErasure({
    erasureId: ERASURE_ID,
    state: 'grace',
    step: 'gate',
    requestedAt: isoTime(START),
    graceEndsAt: isoTime(START + 7 * DAY_MS),
    balance: 'refund',
    attempt: 0,
    rounds: 0,
    erased: 0,
  });
  await store.write({ table: ACCOUNTS, put: { ...erasureKey(ownerId, ERASURE_ID), ...erasure } });
  await store.write({ table: ACCOUNTS, put: { ...erasureListingKey(ERASURE_ID), ownerId } });
  now += 25 * DAY_MS - 1;
  expect(await overdueErasures({ store, clock })).toBe(0);
  now += 1;
  expect(await overdueErasures({ store, clock })).toBe(1);
  await store.write({ table: ACCOUNTS, put: { ...legalHoldKey(ownerId), placedAt: isoTime(now) } });
  expect(await overdueErasures({ store, clock })).toBe(0);
});
