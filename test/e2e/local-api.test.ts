import { LocalApi, type LocalApiOptions } from '../../dev/local/gateway/local-api';
import { NodeHost } from '../../dev/local/gateway/node-host';
import { StdoutLog } from '../../lambdas/adapters/stdout-log';
import { until } from './until';

const handle = () => Promise.reject(new Error('the control plane serves these paths'));

let log: string[];
let opened: number;
let host: NodeHost;
let origin: string;
beforeEach(() => {
  log = [];
  opened = 0;
});
afterEach(() => host.close());

/** Starts a host whose control plane responds 204. */
async function start(beforeOpening: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  const open: LocalApiOptions['open'] = async () => {
    opened += 1;
    await beforeOpening();
    return () => Promise.resolve({ statusCode: 204 });
  };
  const api = new LocalApi({ open, log: new StdoutLog((line) => void log.push(line)) });
  host = new NodeHost({ gateway: { handle }, api, requestMs: 1_000 });
  origin = `http://127.0.0.1:${await host.listen(0)}`;
}

const statusOf = async (path: string): Promise<number> => (await fetch(origin + path)).status;

test('the control plane is opened by its first request, but not by the health check', async () => {
  await start();
  expect(await statusOf('/api/health')).toBe(200);
  expect(opened).toBe(0);
  expect(await statusOf('/api/v1/me')).toBe(204);
  expect(await statusOf('/api/v1/me')).toBe(204);
  expect(opened).toBe(1);
});

test('requests that arrive while the control plane opens wait for it', async () => {
  let proceed = (): void => undefined;
  const ready = new Promise<void>((resolve) => (proceed = resolve));
  await start(() => ready);
  const waiting = Array.from({ length: 5 }, () => statusOf('/api/v1/me'));
  await until('the control plane to be opening', () => opened > 0);
  expect(await statusOf('/api/health')).toBe(200);
  proceed();
  expect(await Promise.all(waiting)).toEqual([204, 204, 204, 204, 204]);
  expect(opened).toBe(1);
});

test('a control plane that cannot be opened responds 503, logs the cause, and is opened again by the next request', async () => {
  await start(async () => {
    if (opened === 1) throw Object.assign(new Error('a private path'), { code: 'EMFILE' });
  });
  const refused = await fetch(`${origin}/api/v1/me`);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await refused.json()).toMatchObject({ code: 'service_unavailable' });
  expect(log.join('')).toContain('"level":"error","code":"CONTROL_PLANE_NOT_OPENED","cause":"EMFILE"');
  expect(log.join('')).not.toContain('private');
  expect(await statusOf('/api/v1/me')).toBe(204);
});
