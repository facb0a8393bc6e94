import { z } from 'zod';
import { openEncryptedZip } from '../../../lambdas/adapters/archive/encrypted-zip';
import { exportInputSchema } from '../../../lambdas/contracts/storage/export';
import { passphraseKey } from '../../../lambdas/contracts/storage/table-keys/privacy';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import { DEPLOYMENT as COMMAND } from '../../../lambdas/domain/access/actor';
import { MailRecipients } from '../../../lambdas/domain/accounts/mail-recipients';
import { MailDelivery } from '../../../lambdas/domain/notifications/delivery/mail-delivery';
import { MailLinks } from '../../../lambdas/domain/notifications/delivery/mail-links';
import { invoiceIssued, roleChanged } from '../../../lambdas/domain/notifications/outbox/messages';
import { notifyOnce } from '../../../lambdas/domain/notifications/outbox/outbox';
import { Preferences } from '../../../lambdas/domain/notifications/people/preferences';
import { Suppressions } from '../../../lambdas/domain/notifications/people/suppressions';
import { Exports } from '../../../lambdas/domain/privacy/export/exports';
import { writePart } from '../../../lambdas/domain/privacy/export/write-part';
import { ACCOUNT } from '../wallet/wallet-stage';
import { WorkflowStage } from './erasure/workflow-stage';
import { MemoryFiles, unzip } from './export-stage';

const SECRET = new Uint8Array(32).fill(7);
const billing = (marker: string, country = 'DE') => ({
  name: `${marker} Ltd`,
  email: `${marker}@bills.example`,
  addressLine1: `1 ${marker} Street`,
  addressLine2: `Flat ${marker}`,
  city: `${marker}town`,
  region: `${marker}shire`,
  postalCode: `${marker}1`,
  country,
  taxId: `DE${marker}`,
});

/** An account whose owner, name and billing details can be corrected, with everything that reads them. */
class CorrectionStage {
  readonly base: WorkflowStage;
  readonly files = new MemoryFiles();
  readonly exports: Exports;

  private constructor(base: WorkflowStage) {
    this.base = base;
    const { store, clock } = base;
    this.exports = new Exports({
      store,
      clock,
      audit: base.audit(),
      workflows: { startExport: async () => undefined },
      links: { sign: async () => ({ url: 'https://files.example/', expiresAt: 'soon' }) },
      randomBytes: (bytes) => new Uint8Array(bytes).fill(7),
    });
  }

  static async open(): Promise<CorrectionStage> {
    return new CorrectionStage(await WorkflowStage.open());
  }

  /** Gives the owner an address, and the account a name and billing details, as the routes of the API do. */
  async write(marker: string, country?: string): Promise<void> {
    const { users, payments } = this.base;
    const { accounts } = payments.wallet;
    const { customerUpdates } = payments.payments;
    users.addresses.set('subject-owner', `${marker}@example.test`);
    await accounts.rename({ accountId: ACCOUNT, actor: COMMAND, name: `Account of ${marker}` });
    const writes = [customerUpdates.list(ACCOUNT)];
    await accounts.setBilling({ accountId: ACCOUNT, actor: COMMAND, details: billing(marker, country), writes });
    await customerUpdates.tryUpdate(ACCOUNT);
  }

  /** The data that Stripe has of the account, as its API shows it. */
  async customer(): Promise<string> {
    const customerId = (await this.base.payments.payments.customers.find(ACCOUNT)) ?? '';
    const { stripe } = this.base.payments;
    const headers = { authorization: 'Bearer sk_test_local' };
    return (await fetch(`${stripe.url}/v1/customers/${customerId}`, { headers })).text();
  }

  /** The names of stored items that contain a text, wherever in every table. */
  async itemsWith(text: string): Promise<readonly string[]> {
    const found = [...(await this.base.whole.everything())].filter(([name, item]) =>
      JSON.stringify([name, item], (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ).includes(text),
    );
    return found.map(([name]) => name);
  }

  /** Sends the mails of the outbox. @returns the addresses that got one */
  async deliver(): Promise<readonly string[]> {
    const { store, clock, users, log } = this.base;
    const to: string[] = [];
    const delivery = new MailDelivery({
      store,
      clock,
      log,
      mailer: { detectsRepeats: false, send: async (mail) => void to.push(mail.to) },
      recipients: new MailRecipients({ store, emails: users, invitationsSecret: SECRET }),
      preferences: new Preferences({ store }),
      suppressions: new Suppressions({ store, clock, secret: SECRET }),
      links: new MailLinks({ publicUrl: 'https://gateway.example.com', secret: SECRET }),
    });
    for (let run = 0; run < 2; run += 1) await delivery.sweep();
    return [...new Set(to)].sort();
  }

  /** The whole text of an export that was requested before. */
  async textOf(exportId: string): Promise<string> {
    const { store, clock } = this.base;
    const input = exportInputSchema.parse({ ownerId: ACCOUNT, exportId });
    await writePart({ store, clock, files: this.files, openArchive: openEncryptedZip }, input);
    const passphrase = await store.get({ table: KEYS, key: passphraseKey(exportId) });
    const archives = [...this.files.files.values()];
    const entries = await Promise.all(archives.map((file) => unzip(file, z.string().parse(passphrase?.['passphrase']))));
    return JSON.stringify(entries);
  }
}

let stage: CorrectionStage;
beforeEach(async () => {
  stage = await CorrectionStage.open();
});
afterEach(() => stage.base.payments.close());

test('promise-11 a corrected address, name and billing details are in no store as they were, and Stripe has the new ones', async () => {
  const { base } = stage;
  await base.payments.buy(1_000n);
  await base.payments.receive();
  await stage.write('wrong');
  expect((await stage.itemsWith('wrong')).length).toBeGreaterThan(0);
  expect(await stage.customer()).toContain('wrong');
  await stage.write('right');
  expect(await stage.itemsWith('wrong')).toEqual([]);
  expect([...base.users.addresses.values()].join()).not.toContain('wrong');
  const customer = await stage.customer();
  expect(customer).not.toContain('wrong');
  for (const text of ['right Ltd', 'right@bills.example', '1 right Street', 'Flat right', 'righttown', 'rightshire'])
    expect(customer).toContain(text);
  // People entered these on Stripe's page.
  expect(customer).not.toContain('ada@example.com');
});

test('promise-11 a member’s address is not kept in the invitation that they accepted', async () => {
  await stage.base.join('member');
  expect(await stage.itemsWith('member@example.test')).toEqual([]);
});

test('promise-11 mails that wait when an address is corrected go to the new one', async () => {
  const { store, clock, ownerId } = stage.base;
  await stage.write('wrong');
  const at = new Date(clock()).toISOString();
  const waiting = [
    roleChanged({ accountId: ACCOUNT, personId: ownerId, role: 'owner', membership: at, at }),
    invoiceIssued({ accountId: ACCOUNT, amountPico: 1n, invoiceId: 'in_1' }),
  ];
  for (const message of waiting) await notifyOnce({ store, clock }, message);
  await stage.write('right');
  expect(await stage.itemsWith('wrong')).toEqual([]);
  expect(await stage.deliver()).toEqual(['right@bills.example', 'right@example.test']);
});

test('promise-11 an export that waits when data is corrected has the corrected data only', async () => {
  await stage.write('wrong');
  const { exportId } = await stage.exports.request({ ownerId: ACCOUNT, actor: COMMAND });
  await stage.write('right');
  const text = await stage.textOf(exportId);
  expect(text).toContain('Account of right');
  expect(text).not.toContain('wrong');
});

test('promise-11 a correction that Stripe could not be told is carried on by the next job, with the latest details', async () => {
  const { base } = stage;
  await base.payments.buy(1_000n);
  await base.payments.receive();
  await stage.write('wrong');
  const down = { kind: 'disconnect', path: '/v1/customers', method: 'POST', times: 3 } as const;
  for (const marker of ['better', 'right']) {
    base.payments.stripe.controls.failNext(down);
    await stage.write(marker);
    base.payments.stripe.controls.clearFaults();
  }
  expect(await stage.customer()).toContain('wrong');
  await base.payments.payments.complete();
  expect(await stage.customer()).toContain('right Ltd');
  expect(await stage.itemsWith('customer-updates')).toEqual([]);
});

test('promise-11 details that Stripe refuses still end the wrong ones there', async () => {
  const { base } = stage;
  await base.payments.buy(1_000n);
  await base.payments.receive();
  await stage.write('wrong');
  await stage.write('right', 'XX');
  const customer = await stage.customer();
  expect(customer).toContain('right Ltd');
  expect(customer).not.toContain('wrong');
  expect(JSON.parse(customer)).toMatchObject({ email: null, address: null });
});
