import { POLICY_KINDS } from '../../contracts/http/policies';
import { isKnown } from '../../contracts/storage/open-values';
import { MEMBER_PREFIX } from '../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { POLICIES_PARTITION, policyKey, policyNoticeKey } from '../../contracts/storage/table-keys/policies';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { everyAccount } from '../accounts/directory';
import { decodeMember } from '../accounts/member-item';
import type { Clock } from '../clock';
import { inParallel } from '../in-parallel';
import { policyChanged } from '../notifications/outbox/messages';
import type { ParametersOf } from '../notifications/outbox/kinds';
import { MAIL_ONLY, notifyBy } from '../notifications/outbox/outbox';
import { tellOnce } from '../notifications/outbox/tell-once';
import { exists } from '../table/condition';
import { everyItem } from '../table/every-item';
import type { TableStore } from '../table/table-store';
import { decodePolicy } from './policy-item';

/** Accounts whose members are told at the same time. */
const ACCOUNTS_AT_ONCE = 20;

/** The version that people are told about. */
type News = ParametersOf<'policy_changed'>;

export interface PolicyNoticesOptions {
  readonly store: TableStore;
  readonly clock: Clock;
}

/**
 * Tells the members of all accounts about each version of a policy, once each: a note stays with the person. People who join
 * later see the versions in force when they sign in.
 */
export class PolicyNotices {
  readonly #options: PolicyNoticesOptions;

  constructor(options: PolicyNoticesOptions) {
    this.#options = options;
  }

  /** Announces the versions that are not announced yet. @throws the first error, after it has tried each version */
  async announce(): Promise<void> {
    const { store, clock } = this.#options;
    const errors: unknown[] = [];
    for await (const item of everyItem(store, { table: ACCOUNTS, partition: POLICIES_PARTITION })) {
      const { policy, version, effectiveAt, announcedAt } = decodePolicy(item);
      // The mail has a text for each kind of policy, so a kind that only a later release knows is left to that release.
      if (announcedAt !== undefined || !isKnown(POLICY_KINDS, policy)) continue;
      try {
        await this.#tellEveryone({ policy, version, effectiveAt });
        const key = policyKey(policy, version);
        const change = { set: { announcedAt: isoTime(clock()) } };
        await store.write({ table: ACCOUNTS, update: key, change, when: exists() });
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  async #tellEveryone(news: News): Promise<void> {
    let accounts: string[] = [];
    const tell = async (): Promise<void> => {
      await inParallel(accounts, ACCOUNTS_AT_ONCE, (accountId) => this.#tellMembers(accountId, news));
      accounts = [];
    };
    for await (const accountId of everyAccount(this.#options.store)) {
      accounts.push(accountId);
      if (accounts.length >= ACCOUNTS_AT_ONCE) await tell();
    }
    await tell();
  }

  async #tellMembers(accountId: string, news: News): Promise<void> {
    const { store, clock } = this.#options;
    const notify = notifyBy(clock, MAIL_ONLY);
    const members = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: MEMBER_PREFIX } };
    for await (const item of everyItem(store, members)) {
      const { personId } = decodeMember(item);
      const notice = policyNoticeKey(personId, news.policy, news.version);
      await tellOnce({ store, clock, notify }, notice, policyChanged({ personId, ...news }));
    }
  }
}
