import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import {
  keyCreated,
  roleChanged,
  topUpSucceeded,
  welcome,
} from '../../../lambdas/domain/notifications/outbox/messages';
import { MailStage } from './mail-stage';

const AT = '2026-11-20T10:00:00.000Z';
const BILLING = {
  name: 'Example Ltd',
  email: 'bills@example.test',
  addressLine1: '1 Street',
  city: 'Town',
  postalCode: '1',
  country: 'DE',
};

let stage: MailStage;
let accountId: string;
let owner: string;
beforeEach(async () => {
  stage = new MailStage();
  const account = await stage.accounts.account();
  accountId = account.accountId;
  owner = account.owner.personId;
  await rename(owner, 'owner@example.test');
});

/** Gives a person another address in the user pool. */
async function rename(personId: string, email: string): Promise<void> {
  const subject = await stage.subjectOf(personId);
  stage.accounts.emails.set(subject, email);
}

async function join(role: 'admin' | 'developer' | 'billing', email: string): Promise<string> {
  const { personId } = await stage.accounts.join(accountId, DEPLOYMENT, role);
  await rename(personId, email);
  return personId;
}

const addresses = () => stage.sent.map(({ to }) => to).sort();
const payment = () => topUpSucceeded({ accountId, amountPico: 1n, paymentId: 'pi_1' });

test('a message about a key goes once to the owner and to each admin, and to nobody else', async () => {
  await join('admin', 'admin@example.test');
  await join('developer', 'developer@example.test');
  await join('billing', 'billing@example.test');
  const message = keyCreated({ accountId, keyId: '01JD0000000000000000000001', at: AT });
  await stage.notify(message);
  await stage.sweep();
  await stage.sweep();
  expect(addresses()).toEqual(['admin@example.test', 'owner@example.test']);
  expect(await stage.stateOf(message)).toBe('expanded');
});

test('promise-14 a message about a payment goes to the address of the billing details alone', async () => {
  await stage.accounts.accounts.setBilling({ accountId, details: BILLING, actor: DEPLOYMENT });
  await stage.notify(payment());
  await stage.sweep();
  expect(addresses()).toEqual(['bills@example.test']);
});

test('a message about a payment goes to the owner and the members with the role billing if there are no details', async () => {
  await join('billing', 'billing@example.test');
  await join('admin', 'admin@example.test');
  await stage.notify(payment());
  await stage.sweep();
  expect(addresses()).toEqual(['billing@example.test', 'owner@example.test']);
});

test('a mail goes to the address that the person has when it is sent', async () => {
  await stage.notify(welcome(owner));
  await rename(owner, 'renamed@example.test');
  await stage.sweep();
  expect(addresses()).toEqual(['renamed@example.test']);
});

test('a person who has left the account gets no more mails about it', async () => {
  const personId = await join('developer', 'developer@example.test');
  const message = roleChanged({ accountId, personId, role: 'developer', at: AT, membership: 'x' });
  await stage.notify(message);
  await stage.accounts.members.remove({ accountId, personId, actor: DEPLOYMENT });
  await stage.sweep();
  expect([addresses(), await stage.stateOf(message)]).toEqual([[], 'no_recipient']);
});

test('a message to nobody ends', async () => {
  const empty = await stage.accounts.accounts.create();
  const message = keyCreated({ accountId: empty, keyId: '01JD0000000000000000000001', at: AT });
  await stage.notify(message);
  await stage.sweep();
  expect([addresses(), await stage.stateOf(message)]).toEqual([[], 'no_recipient']);
});

test('an address that bounced gets no mail, whichever way it is written', async () => {
  await stage.suppressions.add(stage.suppressions.hashOf('Owner@Example.test '), 'bounce');
  const message = payment();
  await stage.notify(message);
  await stage.sweep();
  expect(addresses()).toEqual([]);
});

test('a person who complained gets mandatory mails only', async () => {
  await stage.suppressions.add(stage.suppressions.hashOf('owner@example.test'), 'complaint');
  await stage.notify(welcome(owner));
  await stage.notify(payment());
  await stage.sweep();
  expect(stage.sent.map(({ subject }) => subject)).toEqual(['We received your payment of $0.000000000001']);
});

test('a bounce or a complaint that the provider reports suppresses the address, and a complaint does not weaken a bounce', async () => {
  await stage.notify(welcome(owner));
  await stage.sweep();
  const [mail] = stage.sent;
  const report = { messageId: mail!.messageId, addressHash: mail!.addressHash };
  await stage.report({ outcome: 'complained', ...report });
  expect(await stage.suppressions.of(mail!.addressHash)).toBe('complaint');
  await stage.report({ outcome: 'bounced', ...report });
  await stage.report({ outcome: 'complained', ...report });
  expect(await stage.suppressions.of(mail!.addressHash)).toBe('bounce');
  expect(stage.logged.slice(0, 1)).toEqual(['["ADDRESS_SUPPRESSED",{"status":"complained"}]']);
});

test('a suppression ends after a year', async () => {
  const hash = stage.suppressions.hashOf('owner@example.test');
  await stage.suppressions.add(hash, 'bounce');
  stage.pass(365 * 86_400_000 + 1_000);
  expect(await stage.suppressions.of(hash)).toBeUndefined();
});

test('a user pool that does not answer delays a mail', async () => {
  stage.accounts.emails.clear();
  const { emails } = stage.accounts;
  emails.get = () => {
    throw new TypeError('the pool is down');
  };
  await stage.notify(welcome(owner));
  expect(await stage.sweep()).toEqual({ overdue: 0, failed: 1 });
  Reflect.deleteProperty(emails, 'get');
  await rename(owner, 'owner@example.test');
  await stage.sweep();
  expect(addresses()).toEqual(['owner@example.test']);
});
