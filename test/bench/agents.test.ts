import type { HoldMode } from '../../lambdas/contracts/deployment/hold-mode';
import { PICO_PER_USD } from '../../lambdas/domain/money/pico';
import { type Cell, runCell } from '../../bench/agents/run-cell';

const play = (holds: HoldMode, walletUsd: bigint, turnsPerAgent = 8): Promise<Cell> =>
  runCell({ seed: 1, agents: 20, turnsPerAgent, holds, walletPico: walletUsd * PICO_PER_USD });

const refusals = ({ results }: Cell): number => results.filter(({ end }) => end === 'refused').length;

function expectSound({ leastAvailablePico, operatorLossPico, differences, errors, results }: Cell): void {
  expect(leastAvailablePico).toBeGreaterThanOrEqual(0n);
  expect([operatorLossPico, differences, errors]).toEqual([0n, [], []]);
  expect(results.filter(({ end }) => end === 'failed')).toEqual([]);
}

test('rolling holds refuse coding agents at most a tenth as often as the worst case, without overdraw', async () => {
  const worst = await play('worst-case', 10n);
  const rolling = await play('rolling', 10n);
  for (const cell of [worst, rolling]) expectSound(cell);
  expect(refusals(worst)).toBeGreaterThan(50);
  expect(refusals(rolling) * 10).toBeLessThanOrEqual(refusals(worst));
});

test('rolling holds write hardly more than the worst case where money is plenty', async () => {
  const worst = await play('worst-case', 1_000n, 3);
  const rolling = await play('rolling', 1_000n, 3);
  for (const cell of [worst, rolling]) expectSound(cell);
  expect([refusals(worst), refusals(rolling)]).toEqual([0, 0]);
  expect(rolling.store.writeUnits / worst.store.writeUnits).toBeLessThanOrEqual(1.15);
});

test('a trace of the same seed has the same result', async () => {
  const [once, again] = [await play('rolling', 5n, 1), await play('rolling', 5n, 1)];
  expect(again).toEqual(once);
});
