import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { pendingMailKey } from '../../../lambdas/contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../../lambdas/contracts/storage/tables';
import { MESSAGE_DAYS_MAX, outboxWrites } from '../../../lambdas/domain/notifications/outbox/outbox';
import { invoiceIssued, keyCreated, welcome } from '../../../lambdas/domain/notifications/outbox/messages';
import { exampleMessages } from './example-messages';
import { MailStage } from './mail-stage';

const CANARY = 'canary-person@example.test';
const NAME = 'Canary Name';

test('no address, name or text of a mail is written to a table or a log on any way of a mail', async () => {
  const stage = new MailStage();
  const personId = await stage.accounts.person(CANARY);
  const accountId = await stage.accounts.accounts.create({ name: NAME, ownerId: personId });
  const fromHere = stage.written.length;
  const examples = Object.values(exampleMessages(accountId, personId)).filter(({ kind }) => kind !== 'invitation');
  for (const message of examples) await stage.notify(message);
  stage.answers.push('refuse', 'lose', 'fail');
  for (let minute = 0; minute < 40; minute += 1) {
    await stage.sweep();
    stage.pass(60_000);
  }
  expect(stage.sent.length).toBeGreaterThanOrEqual(examples.length);
  for (const { messageId, addressHash } of stage.sent) {
    await stage.report({ outcome: 'bounced', messageId, addressHash });
  }
  const everything = [...stage.written.slice(fromHere), ...stage.logged].join('\n');
  const texts = stage.sent.flatMap(({ subject, text }) => [
    subject,
    ...text.split('\n').filter((line) => line.length > 20),
  ]);
  for (const secret of [CANARY, 'canary', '@', NAME, ...texts]) expect(everything).not.toContain(secret);
});

test('a message holds IDs, amounts, times and words of closed lists: text and addresses are refused', () => {
  const accountId = 'acc_01JD0000000000000000000001';
  const invoice = { accountId, amountPico: 1n };
  for (const invoiceId of ['someone@example.test', 'two words', 'é', '', 'x'.repeat(129)])
    expect(() => outboxWrites(invoiceIssued({ ...invoice, invoiceId }), 0)).toThrow('must be an ID');
  const odd = { ...keyCreated({ accountId, keyId: 'k', at: '2026-11-20T10:00:00.000Z' }), parameters: { note: 'hi' } };
  expect(() => outboxWrites(odd as never, 0)).toThrow('note');
});

test('a delivered message leaves its ID, kind, account and end, and nothing a week later', async () => {
  const stage = new MailStage();
  const message = welcome(await stage.accounts.person());
  await stage.notify(message);
  await stage.sweep();
  expect(await stage.engine.get({ table: OUTBOX, key: pendingMailKey(message.messageId) })).toBeUndefined();
  expect(await stage.stateOf(message)).toBe('sent');
  stage.pass(MESSAGE_DAYS_MAX * 86_400_000);
  expect(await stage.stateOf(message)).toBeUndefined();
});

test('an action and its message are one transaction: without the one, the other does not exist', async () => {
  const stage = new MailStage();
  const { accountId } = await stage.accounts.account();
  const request = { accountId, email: CANARY, role: 'auditor', actor: DEPLOYMENT } as const;
  await stage.accounts.accounts.suspend({ accountId, reason: 'abuse', actor: DEPLOYMENT });
  await expect(stage.invitations().create(request)).rejects.toThrow();
  await stage.sweep();
  expect(stage.sent).toEqual([]);
  await stage.accounts.accounts.resume({ accountId, actor: DEPLOYMENT });
  await stage.invitations().create(request);
  await stage.sweep();
  expect(stage.sent.map(({ to }) => to)).toEqual([CANARY]);
});
