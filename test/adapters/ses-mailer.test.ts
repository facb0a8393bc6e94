import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SesMailer } from '../../lambdas/adapters/ses/ses-mailer';
import { MailInDoubt, MailNotTaken } from '../../lambdas/domain/notifications/notifications-errors';
import { StdoutLog } from '../../lambdas/adapters/stdout-log';

const MAIL = {
  to: 'new@example.test',
  subject: 'You are invited',
  text: 'The token:\n\ntgi_secret é',
  html: '<p>The token: tgi_secret é</p>',
  headers: [],
  messageId: 'msg_1',
  addressHash: 'a-hash',
};

let server: Server;
let asked: { readonly path: string; readonly body: string }[];
let respond: (request: IncomingMessage) => { readonly status: number; readonly body: string } | 'break' | 'wait';
let log: string[];
let mailer: SesMailer;

beforeEach(async () => {
  asked = [];
  log = [];
  respond = () => ({ status: 200, body: '{"MessageId":"m-1"}' });
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ path: request.url ?? '', body });
      const answer = respond(request);
      if (answer === 'wait') return;
      if (answer === 'break') return void request.socket.destroy();
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  mailer = new SesMailer({
    from: 'gateway@example.com',
    configurationSet: 'tollgate-mails',
    log: new StdoutLog((line) => void log.push(line)),
    connection: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
  });
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

test('a mail is sent through SES as text and HTML from the configured address, with tags that name no address', async () => {
  await mailer.send(MAIL);
  expect(asked.map(({ path }) => path)).toEqual(['/v2/email/outbound-emails']);
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
    FromEmailAddress: 'gateway@example.com',
    Destination: { ToAddresses: [MAIL.to] },
    ConfigurationSetName: 'tollgate-mails',
    EmailTags: [
      { Name: 'tollgate-message', Value: MAIL.messageId },
      { Name: 'tollgate-address', Value: MAIL.addressHash },
    ],
    Content: {
      Simple: {
        Subject: { Data: MAIL.subject, Charset: 'UTF-8' },
        Body: { Text: { Data: MAIL.text, Charset: 'UTF-8' }, Html: { Data: MAIL.html, Charset: 'UTF-8' } },
      },
    },
  });
  expect(log).toEqual([]);
});

test('the headers of a mail are passed on to SES', async () => {
  const headers = [{ name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' }];
  await mailer.send({ ...MAIL, headers });
  expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({
    Content: { Simple: { Headers: [{ Name: 'List-Unsubscribe-Post', Value: 'List-Unsubscribe=One-Click' }] } },
  });
});

test.each([429, 403, 400])('a mail that SES refuses with %d was certainly not sent', async (status) => {
  respond = () => ({ status, body: '{}' });
  await expect(mailer.send(MAIL)).rejects.toBeInstanceOf(MailNotTaken);
  expect(asked).toHaveLength(1);
});

test.each([
  ['fails', () => ({ status: 500, body: '{}' })],
  ['breaks off', () => 'break' as const],
  ['does not answer for seconds', () => 'wait' as const],
])('a mail is in doubt and not retried if SES %s, because it may have been sent', async (_what, answer) => {
  respond = answer;
  await expect(mailer.send(MAIL)).rejects.toBeInstanceOf(MailInDoubt);
  expect(asked).toHaveLength(1);
  expect(log).toEqual([]);
});

test('addresses in SES’s error messages do not leave the adapter', async () => {
  const message = 'Email address is not verified: new@example.test, gateway@example.com';
  respond = () => ({ status: 400, body: JSON.stringify({ __type: 'MessageRejected', message }) });
  const refusal = (await mailer.send(MAIL).catch((error: unknown) => error)) as Error;
  expect(`${refusal.stack ?? ''} ${JSON.stringify(refusal)} ${String(refusal.cause)}`).not.toContain('@');
  expect(log).toHaveLength(1);
  expect(JSON.parse(log[0] ?? '')).toMatchObject({ level: 'error', code: 'MAIL_NOT_TAKEN', cause: 'MessageRejected' });
  expect(log[0]).not.toContain('@');
});
