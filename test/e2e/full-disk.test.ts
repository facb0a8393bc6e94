import { describeUnless } from '../support/describe-unless';
import { SmallDisk, whyNoSmallDisk } from '../support/small-disk';
import { type DevFile, type Gateway, killChildren, start, tollgate } from './child-process';
import { until } from './until';

const DISK_KILOBYTES = 8_192;
/** Commits reuse the space of the log, so a full disk does not stop the first ones. */
const REQUESTS_MAX = 1_000;

describeUnless(whyNoSmallDisk())('a gateway whose disk is full', () => {
  let disk: SmallDisk;
  let gateway: Gateway;
  beforeAll(async () => {
    disk = SmallDisk.mount(DISK_KILOBYTES);
    gateway = await start(disk.path);
  });
  afterAll(async () => {
    await killChildren();
    disk.unmount();
  });

  const ask = ({ gatewayUrl, apiKey }: DevFile): Promise<Response> =>
    fetch(`${gatewayUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: 'Hi' }] }),
    });

  const wallet = async (): Promise<{ readonly [name: string]: string }> =>
    JSON.parse((await tollgate(disk.path, 'wallet', gateway.accountId)).out) as { [name: string]: string };

  test('a gateway whose disk is full answers 503, and serves and charges again once there is space', async () => {
    disk.fill();
    let answer = await ask(gateway);
    for (let requests = 1; answer.status === 200; requests += 1) {
      expect(requests).toBeLessThan(REQUESTS_MAX);
      await answer.text();
      answer = await ask(gateway);
    }
    expect([answer.status, await answer.json()]).toMatchObject([503, { error: { code: 'service_unavailable' } }]);
    disk.free();
    expect((await ask(gateway)).status).toBe(200);
    await until('nothing to be held', async () => (await wallet())['held'] === '0.00');
    expect(await tollgate(disk.path, 'ledger', 'verify')).toMatchObject({ code: 0, err: '' });
    const before = await wallet();
    gateway.kill('SIGKILL');
    await gateway.ended;
    expect(await wallet()).toEqual(before);
    expect(await tollgate(disk.path, 'ledger', 'verify')).toMatchObject({ code: 0, err: '' });
  });
});
