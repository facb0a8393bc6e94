import type { Mail } from '../../lambdas/domain/notifications/mailer';
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
  const [mail, ...others] = await stage.deliver();
  expect([others, mail?.to]).toEqual([[], EMAIL]);
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
  expect([(await stage.deliver()).length, (await open(stage)).length]).toEqual([1, 1]);
  expect((await stage.ask(inviting(stage))).status).toBe(201);
  expect([(await stage.deliver()).length, (await open(stage)).length]).toEqual([2, 2]);
});

test('an invitation that is withdrawn before its mail was sent is not mailed', async () => {
  const stage = await ApiStage.open();
  const { body } = await stage.ask(inviting(stage));
  const path = `/v1/accounts/${stage.accountId}/invitations/${String(body['invitationId'])}`;
  expect(await stage.ask({ method: 'DELETE', path, as: 'owner' })).toMatchObject({ status: 204 });
  expect(await stage.deliver()).toEqual([]);
});

test('no table holds the token of an invitation, and its mail is made without it', async () => {
  const stage = await ApiStage.open();
  await stage.ask(inviting(stage));
  const [mail] = await stage.deliver();
  const token = tokenIn(mail!);
  const secret = token.slice(token.lastIndexOf('_') + 1);
  expect(secret).toHaveLength(43);
  expect(stage.written.join()).not.toContain(secret);
});

test('the inviter receives the token if the deployment sends no mail', async () => {
  const stage = await ApiStage.open({ sendsMail: false });
  const { body } = await stage.ask(inviting(stage));
  expect(body['token']).toMatch(/^tgi_/);
  expect(await stage.deliver()).toEqual([]);
});
