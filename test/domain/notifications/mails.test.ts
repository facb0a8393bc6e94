import { execFileSync } from 'node:child_process';
import { OPTIONAL_CATEGORIES } from '../../../lambdas/contracts/http/notifications';
import { readUnsubscribeToken } from '../../../lambdas/domain/notifications/people/unsubscribe-token';
import { forPerson } from '../../../lambdas/domain/notifications/outbox/message';
import { lowBalance } from '../../../lambdas/domain/notifications/outbox/messages';
import { isOptional, type Kind, KINDS } from '../../../lambdas/domain/notifications/outbox/kinds';
import { TEMPLATES } from '../../../lambdas/domain/notifications/templates/generated/templates';
import { fillIn, TemplateMismatch } from '../../../lambdas/domain/notifications/templates/template';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Restrictions } from '../../../lambdas/domain/privacy/restriction/restrictions';
import { exampleMessages } from './example-messages';
import { MailStage, PUBLIC_URL } from './mail-stage';

const EVERY_KIND = Object.keys(KINDS) as Kind[];
const OWN_EMAIL = 'new@example.test';

async function ownedAccount(stage: MailStage) {
  const { accountId, owner } = await stage.accounts.account();
  return { accountId, personId: owner.personId };
}

/** Puts the example of a kind into the outbox; for an invitation a real one, because its mail needs it. */
async function notifyOf(kind: Kind, stage: MailStage): Promise<string> {
  const { accountId, personId } = await ownedAccount(stage);
  if (kind !== 'invitation') await stage.notify(exampleMessages(accountId, personId)[kind]);
  else await invite(stage, accountId);
  return personId;
}

async function invite(stage: MailStage, accountId: string): Promise<string> {
  const request = { accountId, email: OWN_EMAIL, role: 'auditor', actor: DEPLOYMENT } as const;
  const { invitation, token } = await stage.invitations().create(request);
  expect(invitation.email).toBe(OWN_EMAIL);
  return token;
}

/** Every kind with every preference: all optional mails, none, and each category alone. */
const CASES = EVERY_KIND.flatMap((kind) =>
  [undefined, 'none', ...OPTIONAL_CATEGORIES].map((wanted) => [kind, wanted ?? 'everything'] as const),
);

test.each(CASES)(
  'promise-13 the mail %s to a person who wants %s is sent unless its category was declined',
  async (kind, wanted) => {
    const stage = new MailStage();
    const personId = await notifyOf(kind, stage);
    if (wanted !== 'everything') {
      const wants = (category: string) => wanted === category;
      const [product, lowBalance, budget] = [wants('product'), wants('lowBalance'), wants('budget')];
      await stage.preferences.replace(personId, { product, lowBalance, budget });
    }
    await stage.sweep();
    const { category } = KINDS[kind];
    const isWanted = !isOptional(category) || wanted === 'everything' || wanted === category;
    expect(stage.sent.map(({ to }) => to)).toEqual(isWanted ? [OWN_EMAIL] : []);
  },
);

test.each(EVERY_KIND.flatMap((kind) => [[kind, 'person'] as const, [kind, 'account'] as const]))(
  'promise-12 the mail %s is sent while its %s is restricted, unless it is optional',
  async (kind, whose) => {
    const stage = new MailStage();
    const personId = await notifyOf(kind, stage);
    const { store, clock } = stage;
    const [{ accountId } = { accountId: '' }] = (await stage.accounts.members.accountsOf(personId, { limit: 1 })).items;
    const restrictions = new Restrictions({ store, clock, audit: new AuditLog({ store, clock }) });
    await restrictions.set({ ownerId: whose === 'person' ? personId : accountId, actor: DEPLOYMENT });
    await stage.sweep();
    // A welcome is about the person alone.
    const isStopped = isOptional(KINDS[kind].category) && (whose === 'person' || kind !== 'welcome');
    expect(stage.sent.map(({ to }) => to)).toEqual(isStopped ? [] : [OWN_EMAIL]);
  },
);

test('promise-12 an optional message to the members of an account becomes none for those who are restricted', async () => {
  const stage = new MailStage();
  const { store, clock } = stage;
  const { accountId, personId } = await ownedAccount(stage);
  const restrictions = new Restrictions({ store, clock, audit: new AuditLog({ store, clock }) });
  await restrictions.set({ ownerId: personId, actor: DEPLOYMENT });
  const message = lowBalance({ accountId, availablePico: 1n, thresholdPico: 2n, dip: '1' });
  await stage.notify(message);
  await stage.sweep();
  expect([stage.sent, await stage.stateOf(message)]).toEqual([[], 'expanded']);
  expect(await stage.stateOf(forPerson(message, personId))).toBeUndefined();
});

test.each(EVERY_KIND)(
  'the mail %s has no open placeholder, and no image, script or style from the network',
  async (kind) => {
    const stage = new MailStage();
    await notifyOf(kind, stage);
    await stage.sweep();
    const [mail] = stage.sent;
    expect(`${mail?.subject} ${mail?.text} ${mail?.html}`).not.toMatch(/\{\{|\}\}|undefined|null/);
    expect(mail?.html).not.toMatch(/<(script|img|link|iframe)|url\(/i);
    const links = [...(mail?.html ?? '').matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !link.startsWith(PUBLIC_URL))).toEqual([]);
  },
);

test.each(EVERY_KIND)('the mail %s offers to unsubscribe in one click exactly if it is optional', async (kind) => {
  const stage = new MailStage();
  const personId = await notifyOf(kind, stage);
  await stage.sweep();
  const [mail] = stage.sent;
  const headers = Object.fromEntries((mail?.headers ?? []).map(({ name, value }) => [name, value]));
  const { category } = KINDS[kind];
  if (!isOptional(category)) {
    expect([headers, mail?.text]).toEqual([{}, expect.not.stringContaining('unsubscribe')]);
    return;
  }
  const link = /^<(https:.+)>$/.exec(headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
  expect(headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
  expect([mail?.text, mail?.html]).toEqual([expect.stringContaining(link), expect.stringContaining(link)]);
  expect(link).not.toContain('@');
  const token = new URL(link).searchParams.get('token') ?? '';
  expect(readUnsubscribeToken(new Uint8Array(32).fill(7), token)).toEqual({ personId, category });
});

test('a deployment without an address sends mandatory mails without links, and no optional ones', async () => {
  const stage = new MailStage();
  const { accountId, personId } = await ownedAccount(stage);
  const examples = exampleMessages(accountId, personId);
  for (const kind of ['role_changed', 'welcome'] as const) await stage.notify(examples[kind]);
  await stage.delivery({ publicUrl: '' }).sweep();
  expect(stage.sent.map(({ subject }) => subject)).toEqual([TEMPLATES.role_changed.subject]);
  expect(stage.sent[0]?.html).not.toContain('href');
  expect(await stage.stateOf(examples.welcome)).toBe('declined');
});

test('the mail of an invitation has the token that its creator got', async () => {
  const stage = new MailStage();
  const { accountId } = await ownedAccount(stage);
  const token = await invite(stage, accountId);
  await stage.sweep();
  expect(stage.sent[0]?.text).toContain(token);
  expect(stage.written.join()).not.toContain(token.slice(token.lastIndexOf('_') + 1));
});

test('an invitation from before a rotation of the secret is not mailed with a token that cannot work', async () => {
  const stage = new MailStage();
  const { accountId } = await ownedAccount(stage);
  const request = { accountId, email: OWN_EMAIL, role: 'auditor', actor: DEPLOYMENT } as const;
  await stage.invitations(new Uint8Array(32).fill(8)).create(request);
  await stage.sweep();
  expect(stage.sent).toEqual([]);
});

describe('the mail about an invoice', () => {
  const PAGE = 'https://invoice.stripe.com/i/acct_1/test_1?s=ap';

  async function told() {
    const stage = new MailStage();
    const { accountId, personId } = await ownedAccount(stage);
    const message = exampleMessages(accountId, personId).invoice_issued;
    await stage.notify(message);
    // It becomes a message for the one person, which is not sent yet.
    await stage.delivery().deliver(message.messageId);
    return { stage, message };
  }

  test('the mail about an invoice links to its page, which is fetched when the mail is sent and stored nowhere', async () => {
    const { stage } = await told();
    const asked: string[] = [];
    await stage.delivery({ invoicePage: async (invoiceId) => (asked.push(invoiceId), PAGE) }).sweep();
    expect(asked).toEqual(['in_1']);
    expect([stage.sent[0]?.text, stage.sent[0]?.html]).toEqual([
      expect.stringContaining(PAGE),
      expect.stringContaining(`href="${PAGE}"`),
    ]);
    expect(stage.written.join() + stage.logged.join()).not.toContain('invoice.stripe.com');
  });

  test('a mail about an invoice waits while its page cannot be fetched, and is sent once', async () => {
    const { stage } = await told();
    const fails = () => Promise.reject(new Error('the payment processor is unavailable'));
    expect(await stage.delivery({ invoicePage: fails }).sweep()).toMatchObject({ failed: 1 });
    expect(stage.sent).toEqual([]);
    for (let run = 0; run < 2; run += 1) await stage.delivery({ invoicePage: async () => PAGE }).sweep();
    expect(stage.sent).toHaveLength(1);
  });

  test('a mail about an invoice that has no page is sent without the link', async () => {
    const { stage } = await told();
    await stage.delivery({ invoicePage: async () => undefined }).sweep();
    expect(stage.sent[0]?.text).toMatch(/in_1/);
    expect(stage.sent[0]?.html).not.toMatch(/invoiceUrl|stripe/);
  });
});

test('a value is escaped in HTML only, and cannot add a header', () => {
  const template = { subject: 'Hi {{a}}', text: '{{a}}', html: '<p title="{{a}}">{{a}}</p>' };
  const a = `<b>"O'Neil" & Co</b>`;
  const escaped = '&lt;b&gt;&quot;O&#39;Neil&quot; &amp; Co&lt;/b&gt;';
  expect(fillIn(template, { a })).toEqual({
    subject: `Hi ${a}`,
    text: a,
    html: `<p title="${escaped}">${escaped}</p>`,
  });
  expect(() => fillIn(template, { a: 'x\r\nBcc: other@example.test' })).toThrow(TemplateMismatch);
  expect(() => fillIn(template, {})).toThrow('the placeholder a has no value');
});

test('the committed templates are those that npm run mails writes', () => {
  const tool = ['--import', 'tsx', 'dev/tools/mail/write-templates.ts', '--check'];
  expect(execFileSync(process.execPath, tool, { encoding: 'utf8' })).toBe('');
});
