import { StdoutLog } from '../../lambdas/adapters/stdout-log';

test('a line keeps the code that alarms look for, whatever its fields are', () => {
  const lines: string[] = [];
  new StdoutLog((line) => lines.push(line)).error('SETTLE_FAILED', { requestId: 'req_1', cause: 'WalletUnavailable' });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    code: 'SETTLE_FAILED',
    cause: 'WalletUnavailable',
    requestId: 'req_1',
  });
});
