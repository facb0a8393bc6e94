import type { Writable } from 'node:stream';
import { NodeHost } from '../../dev/local/gateway/node-host';
import { CLIENT_BUFFER_BYTES, type Exchange } from '../../lambdas/domain/data-plane/exchange';

test('the local host gives a response the buffer that the gateway chose, whatever Node’s default is', async () => {
  let response: Writable | undefined;
  const handle = (exchange: Exchange) => {
    response = exchange.begin(200, {});
    response.end();
    return Promise.resolve();
  };
  const host = new NodeHost({ gateway: { handle }, requestMs: 1_000 });
  try {
    await (await fetch(`http://127.0.0.1:${await host.listen(0)}/`)).text();
  } finally {
    await host.close();
  }
  expect(response?.writableHighWaterMark).toBe(CLIENT_BUFFER_BYTES);
});
