import { StdoutLog } from '../../lambdas/adapters/stdout-log';

test('a log line keeps its code even if it has a cause', () => {
  const lines: string[] = [];
  new StdoutLog((line) => lines.push(line)).error('SETTLE_FAILED', { requestId: 'req_1', cause: 'WalletUnavailable' });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    code: 'SETTLE_FAILED',
    cause: 'WalletUnavailable',
    requestId: 'req_1',
  });
});
