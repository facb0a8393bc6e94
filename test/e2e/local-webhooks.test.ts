import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { startLocalRun } from './local-run';
import { until } from './until';

test('a local run sends the events of an account to a receiver on the same machine, which verifies them', async () => {
  const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
  const run = await startLocalRun();
  try {
    const { accountId } = run.gateway.account;
    const token = await run.gateway.identity.accessToken('owner');
    const post = (path: string, body: unknown) =>
      fetch(new URL(`/api/v1/accounts/${accountId}${path}`, run.gateway.url), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`;
    const created = await post('/webhooks', { url, events: ['invitation'] });
    expect(created.status).toBe(201);
    const { secret } = (await created.json()) as { readonly secret: string };
    expect((await post('/invitations', { email: 'new@example.test', role: 'developer' })).status).toBe(201);
    await until('the event', () => received.length > 0);
    const [{ headers, body } = { headers: {}, body: '' }, ...others] = received;
    expect(others).toEqual([]);
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'invitation',
      data: { accountId, invitationId: expect.stringMatching(/^inv_/) as string },
    });
    // The address of the invited person is in no event.
    expect(body).not.toContain('@');
    expect(run.log.join('')).not.toContain(url);
  } finally {
    await run.stop();
    receiver.close();
    receiver.closeAllConnections();
  }
});
