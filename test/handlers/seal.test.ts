import { StdoutLog } from '../../lambdas/adapters/stdout-log';
import type { SealRun } from '../../lambdas/domain/receipts/sealer';
import { seal } from '../../lambdas/handlers/receipts/seal';

/** The log lines of one run, without their times. */
async function loggedBy(run: () => Promise<SealRun>): Promise<object[]> {
  const lines: object[] = [];
  const log = new StdoutLog((line) => {
    const { timestamp: _timestamp, ...said } = JSON.parse(line) as { timestamp: string };
    lines.push(said);
  });
  await seal({ sealer: { run }, log })();
  return lines;
}

const NOTHING: SealRun = { receipts: 0, trees: 0, seals: 0, overtaken: false };

test('a run logs how much it sealed, and nothing if it sealed nothing', async () => {
  expect(await loggedBy(async () => NOTHING)).toEqual([]);
  expect(await loggedBy(async () => ({ ...NOTHING, receipts: 3, trees: 2, seals: 1 }))).toEqual([
    { level: 'info', code: 'RECEIPTS_SEALED', count: 3 },
  ]);
});

test('a run that another run overtook logs this and does not fail', async () => {
  expect(await loggedBy(async () => ({ ...NOTHING, overtaken: true }))).toEqual([
    { level: 'warn', code: 'SEAL_OVERTAKEN' },
  ]);
});

test('a failed run fails its invocation', async () => {
  await expect(loggedBy(() => Promise.reject(new Error('KMS does not answer')))).rejects.toThrow();
});
