import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { AuditEvent } from '../../../lambdas/contracts/storage/audit-event';
import type { GrantedRole } from '../../../lambdas/contracts/http/roles';
import { Access } from '../../../lambdas/domain/access/access';
import type { Actor } from '../../../lambdas/domain/access/actor';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { Invitations } from '../../../lambdas/domain/accounts/invitations';
import type { Member } from '../../../lambdas/domain/accounts/member-item';
import { Members } from '../../../lambdas/domain/accounts/members';
import { Ownership } from '../../../lambdas/domain/accounts/ownership';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import type { AuditReport } from '../../../lambdas/domain/audit/verify-audit';
import { verifyAudit } from '../../../lambdas/domain/audit/verify-audit';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { Operators } from '../../../lambdas/domain/people/operators';
import { People } from '../../../lambdas/domain/people/people';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { FaultyStore } from '../wallet/faulty-store';

/** The control plane's domain over a store that can fail, with a clock and waits that the test controls. */
export class AccountStage {
  now = Date.parse('2026-11-20T10:00:00.000Z');
  /** The requested length of each wait between attempts. */
  readonly waits: number[] = [];
  readonly engine: TableStore;
  readonly store: FaultyStore;
  readonly clock = (): number => this.now;
  readonly audit: AuditLog;
  readonly access: Access;
  readonly accounts: Accounts;
  readonly members: Members;
  readonly ownership: Ownership;
  readonly invitations: Invitations;
  readonly people: People;
  readonly operators: Operators;
  readonly keys: Keys;
  /** The verified email address of each person in the user pool, by subject. */
  readonly emails = new Map<string, string>();
  #subjects = 0;

  constructor(engine?: TableStore) {
    const { clock } = this;
    this.engine = engine ?? EmbeddedStore.memory({ clock });
    const store = new FaultyStore(this.engine);
    const sleep = (milliseconds: number): Promise<void> => {
      this.waits.push(milliseconds);
      return Promise.resolve();
    };
    const audit = new AuditLog({ store, clock, random: () => 0.5, sleep });
    this.store = store;
    this.audit = audit;
    this.access = new Access({ store });
    this.accounts = new Accounts({ store, clock, audit });
    this.members = new Members({ store, audit });
    this.ownership = new Ownership({ clock, audit, members: this.members });
    this.invitations = new Invitations({
      store,
      clock,
      audit,
      emails: { of: async (subject) => this.emails.get(subject) },
    });
    this.people = new People({ store, clock });
    this.operators = new Operators({ store, clock, audit });
    this.keys = new Keys({ store, clock, audit, pepper: 'a pepper of sufficient length' });
  }

  /** A new person who has attested to being 18. @param email the verified address in the user pool */
  async person(email = 'new@example.test'): Promise<string> {
    this.#subjects += 1;
    const subject = `subject-${this.#subjects}`;
    this.emails.set(subject, email);
    const { personId } = await this.people.ofSubject(subject);
    await this.people.attestAdult(personId);
    return personId;
  }

  /** An account of a new person. */
  async account(): Promise<{ readonly accountId: string; readonly owner: Actor & { readonly personId: string } }> {
    const personId = await this.person();
    const accountId = await this.accounts.create({ name: 'Example', ownerId: personId });
    return { accountId, owner: { kind: 'member', personId, role: 'owner' } };
  }

  /** An account of a new person with four events at the given interval: its creation and three new names. */
  async recordedAccount(afterMs = 0): ReturnType<AccountStage['account']> {
    const { accountId, owner } = await this.account();
    for (const name of ['one', 'two', 'three']) {
      this.now += afterMs;
      await this.accounts.rename({ accountId, name, actor: owner });
    }
    return { accountId, owner };
  }

  /** A new person whom the actor has invited and who has accepted. */
  async join(
    accountId: string,
    actor: Actor,
    role: GrantedRole,
  ): Promise<{ readonly kind: 'member'; readonly personId: string; readonly role: GrantedRole }> {
    const personId = await this.person();
    const { token } = await this.invitations.create({ accountId, email: 'new@example.test', role, actor });
    await this.invitations.accept({ token, personId });
    return { kind: 'member', personId, role };
  }

  async operator(): Promise<{ readonly kind: 'operator'; readonly personId: string }> {
    const personId = await this.person();
    await this.operators.appoint({ personId, actor: { kind: 'deployment' } });
    return { kind: 'operator', personId };
  }

  async membersOf(accountId: string): Promise<readonly Member[]> {
    return (await this.members.page(accountId, { limit: 1_000 })).items;
  }

  /** Oldest first. */
  async events(chain: string): Promise<readonly AuditEvent[]> {
    return (await this.audit.page(chain, { limit: 1_000 })).items.toReversed();
  }

  verify(chain: string): Promise<AuditReport> {
    return verifyAudit({ store: this.engine, clock: this.clock, chain });
  }
}
