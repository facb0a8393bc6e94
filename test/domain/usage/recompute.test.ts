import type { UsageRecord } from '../../../lambdas/contracts/storage/usage-record';
import { PriceHistory } from '../../../lambdas/domain/catalog/price-history';
import { PRICE_LIST } from '../../../lambdas/domain/catalog/price-list';
import { recompute } from '../../../lambdas/domain/usage/recompute';

const mini = PRICE_LIST.providers['openai']?.find(({ id }) => id === 'gpt-4o-mini')?.prices[0];
if (mini === undefined) throw new Error('gpt-4o-mini has no price');

const record = (costPico: bigint, overrunPico = 0n): UsageRecord => ({
  requestId: 'req_01JD0000000000000000000000',
  accountId: 'acc_01JD0000000000000000000000',
  keyId: 'k',
  at: '2026-11-20T10:00:00.000Z',
  endpoint: 'chat',
  model: 'gpt-4o-mini',
  provider: 'openai',
  streamed: false,
  status: 'completed',
  httpStatus: 200,
  usage: { input: 1_000, cachedInput: 200, output: 50 },
  estimated: false,
  costPico,
  overrunPico,
  priceVersion: mini.version,
  durationMs: 1,
});

// 1,000 × 150,000 + 200 × 75,000 + 50 × 600,000
const EXPECTED = 195_000_000n;

describe('recomputing', () => {
  test('a recomputed cost matches the charge plus the overrun', () => {
    expect(recompute(record(EXPECTED), mini)).toEqual({
      expectedPico: EXPECTED,
      recordedPico: EXPECTED,
      matches: true,
    });
    expect(recompute(record(EXPECTED - 5n, 5n), mini).matches).toBe(true);
  });

  test('a charge that is off by one pico-dollar does not match', () => {
    expect(recompute(record(EXPECTED + 1n), mini).matches).toBe(false);
  });

  test('the price history finds versions that exist and no others', () => {
    const history = new PriceHistory();
    expect(history.find(mini.version)).toEqual(mini);
    expect(history.find('openai/gpt-4o-mini@never')).toBeUndefined();
  });
});
