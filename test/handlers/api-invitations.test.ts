import type { Mail } from '../../lambdas/domain/notifications/mailer';
import { MailNotTaken } from '../../lambdas/domain/notifications/notifications-errors';
import { ApiStage } from './api-stage';

const EMAIL = 'new@example.test';

const inviting = (stage: ApiStage, headers: { readonly [name: string]: string } = {}) => ({
  method: 'POST',
  path: `/v1/accounts/${stage.accountId}/invitations`,
  as: 'owner',
  headers,
  body: { email: EMAIL, role: 'developer' },
});
const open = async (stage: ApiStage) =>
  (await stage.parts.invitations.page(stage.accountId, { limit: 100 })).items.map(({ invitationId }) => invitationId);
const tokenIn = ({ text }: Mail): string => /tgi_\w+/.exec(text)?.[0] ?? '';

test('an invitation is sent by mail, and its token only there', async () => {
  const stage = await ApiStage.open();
  const { status, text, body } = await stage.ask(inviting(stage));
  expect(status).toBe(201);
  const [mail] = stage.mails;
  expect([stage.mails.length, mail?.to]).toEqual([1, EMAIL]);
  expect(text).not.toContain('tgi_');
  expect(body).not.toHaveProperty('token');
  expect(stage.logged.join('')).not.toContain('@');
  const accepting = { method: 'POST', path: '/v1/invitations/accept', as: 'stranger', body: { token: tokenIn(mail!) } };
  expect(await stage.ask(accepting)).toMatchObject({ status: 403, body: { code: 'invitation_for_another' } });
  stage.emails.set('stranger', EMAIL);
  expect(await stage.ask(accepting)).toMatchObject({ status: 200, body: { role: 'developer' } });
});

test('a retried request does not send a second mail', async () => {
  const stage = await ApiStage.open();
  const request = inviting(stage, { 'idempotency-key': 'once' });
  const [first, second] = [await stage.ask(request), await stage.ask(request)];
  expect(second.text).toBe(first.text);
  expect([stage.mails.length, (await open(stage)).length]).toEqual([1, 1]);
  expect((await stage.ask(inviting(stage))).status).toBe(201);
  expect([stage.mails.length, (await open(stage)).length]).toEqual([2, 2]);
});

test('an invitation whose mail is not accepted is withdrawn, and the same request can be retried', async () => {
  let isDown = true;
  const mails: Mail[] = [];
  const send = async (mail: Mail): Promise<void> => {
    if (isDown) throw new MailNotTaken();
    mails.push(mail);
  };
  const stage = await ApiStage.open({ mailer: { send } });
  const request = inviting(stage, { 'idempotency-key': 'again' });
  const refused = await stage.ask(request);
  expect(refused).toMatchObject({ status: 503, body: { code: 'mail_not_taken' } });
  expect(refused.headers['retry-after']).toBe('30');
  expect(refused.text).not.toContain('@');
  expect(await open(stage)).toEqual([]);
  isDown = false;
  expect((await stage.ask(request)).status).toBe(201);
  expect([mails.length, (await open(stage)).length]).toEqual([1, 1]);
  const { items } = await stage.parts.audit.page(stage.accountId, { limit: 3 });
  expect(items.map(({ action }) => action)).toEqual(['invitation.create', 'invitation.revoke', 'invitation.create']);
});

test('the inviter receives the token if the deployment sends no mail', async () => {
  const stage = await ApiStage.open({ mailer: undefined });
  const { body } = await stage.ask(inviting(stage));
  expect(body['token']).toMatch(/^tgi_/);
  expect(stage.mails).toEqual([]);
});
