import { StdoutLog } from '../../lambdas/adapters/stdout-log';

/** RFC 3339, section 5.6. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

test.each(['info', 'warn', 'error'] as const)('Lambda keeps the level of a line: %s has a timestamp', (level) => {
  const lines: string[] = [];
  const before = Date.now();
  new StdoutLog((line) => lines.push(line))[level]('HOLD_EXPIRED', { costPico: 5n });
  const line = JSON.parse(lines[0] ?? '') as { [name: string]: unknown };
  expect(line).toEqual({
    level,
    code: 'HOLD_EXPIRED',
    costPico: '5',
    timestamp: expect.stringMatching(RFC_3339) as string,
  });
  expect(Date.parse(String(line['timestamp']))).toBeGreaterThanOrEqual(before);
  expect(lines[0]).toMatch(/^[^\n]+\n$/);
});

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

test('a log line drops what is not on the list of fields, whatever object was passed', () => {
  const lines: string[] = [];
  const fields = { requestId: 'req_1', email: 'ada@example.test', body: 'a prompt' };
  new StdoutLog((line) => lines.push(line)).info('REQUEST_SETTLED', fields);
  const line = JSON.parse(lines[0] ?? '') as object;
  expect(Object.keys(line)).toEqual(['level', 'code', 'requestId', 'timestamp']);
});

test('a line counts in CloudWatch only if there is a namespace, and only with a code that has metrics', () => {
  const lines: string[] = [];
  const fields = { 'error.type': 'forbidden' };
  new StdoutLog((line) => lines.push(line)).info('REQUEST_REFUSED', fields);
  new StdoutLog((line) => lines.push(line), 'Tollgate/test').info('HOLD_EXPIRED', fields);
  new StdoutLog((line) => lines.push(line), 'Tollgate/test').info('REQUEST_REFUSED', fields);
  expect(lines.map((line) => line.includes('_aws'))).toEqual([false, false, true]);
});
