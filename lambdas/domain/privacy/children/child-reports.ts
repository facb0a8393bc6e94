import { ulid } from 'ulid';
import type { z } from 'zod';
import type { newChildReportSchema } from '../../../contracts/http/child-reports';
import type { ErasureInput } from '../../../contracts/storage/erasure';
import type { IDENTITY_CHECKS } from '../../../contracts/storage/export';
import { erasureInputSchema } from '../../../contracts/storage/erasure';
import { DEPLOYMENT_CHAIN } from '../../../contracts/storage/audit-event';
import { personIdSchema } from '../../../contracts/storage/ids';
import { accountKey, personKey, subjectKey } from '../../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { CHILD_REPORTS_PARTITION, childReportKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import type { Actor } from '../../access/actor';
import type { Accounts } from '../../accounts/accounts';
import { decodeAccount } from '../../accounts/account-item';
import { countOne } from '../../accounts/pace';
import type { ActionRecorder } from '../../audit/action';
import type { Clock } from '../../clock';
import type { AddressBook } from '../../identity/address-book';
import { isSubject } from '../../identity/subject';
import type { Log } from '../../log';
import { commit } from '../../table/commit';
import { absent, exists } from '../../table/condition';
import { type PageOf, type PageRequest, readPage } from '../../table/page';
import type { TableStore } from '../../table/table-store';
import { ErasureRunning } from '../erasure/erasure-errors';
import type { Erasures } from '../erasure/erasures';
import { ownedBy } from '../erasure/owned-accounts';
import type { Restrictions } from '../restriction/restrictions';
import { ChildReportNotFound, TooManyChildReports } from './child-report-errors';
import { type ChildReport, decodeChildReport } from './child-report-item';

/** The number of reports that the deployment takes in an hour. Each makes an operator look. */
export const CHILD_REPORTS_PER_HOUR_MAX = 60;

export interface ChildReportsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: ActionRecorder;
  readonly addressBook: AddressBook;
  readonly accounts: Pick<Accounts, 'suspend'>;
  readonly restrictions: Pick<Restrictions, 'set'>;
  readonly erasures: Pick<Erasures, 'request'>;
}

/**
 * Reports that a user is a child. Anybody may report, so a report says nothing about who did, has no text, and its answer
 * does not reveal whether anybody was found.
 */
export class ChildReports {
  readonly #options: ChildReportsOptions;

  constructor(options: ChildReportsOptions) {
    this.#options = options;
  }

  /** Takes a report. A person has one at most: reporting them again changes nothing. @throws TooManyChildReports */
  async report(reported: Readonly<z.infer<typeof newChildReportSchema>>): Promise<string> {
    const { store, clock, log } = this.#options;
    const now = clock();
    const reportId = `chr_${ulid(now)}`;
    const personId = await this.#find(reported);
    const pace = {
      owner: DEPLOYMENT_CHAIN,
      what: 'child-reports',
      per: 'hour',
      limit: CHILD_REPORTS_PER_HOUR_MAX,
      refusal: (retryAfterSeconds: number) => new TooManyChildReports(retryAfterSeconds),
    } as const;
    const refusals = await commit<'known' | Error>(store, [
      countOne(pace, now),
      ...(personId === undefined ? [] : reportWrites({ reportId, personId, reportedAt: isoTime(now) })),
    ]);
    const refusal = refusals.find((each) => each instanceof Error);
    if (refusal) throw refusal;
    if (personId !== undefined && refusals.length === 0) log.error('CHILD_REPORTED');
    return reportId;
  }

  /** A page of the reports that no operator has decided about. */
  page(request: PageRequest): Promise<PageOf<ChildReport>> {
    const query = { table: ACCOUNTS, partition: CHILD_REPORTS_PARTITION };
    return readPage(this.#options.store, query, request, decodeChildReport);
  }

  /**
   * Freezes a reported child and has them erased: their keys are refused, the accounts that they alone are in are
   * suspended, and erasures of these and of the child begin. An account with other members has to be transferred first. It
   * can be repeated, and goes on where an earlier call stopped.
   * @throws ChildReportNotFound, and TransferFirst if an account of theirs has other members
   */
  async erase(change: {
    readonly personId: string;
    readonly actor: Actor;
    readonly identityCheck: (typeof IDENTITY_CHECKS)[number];
  }): Promise<readonly ErasureInput[]> {
    const { audit, accounts, restrictions } = this.#options;
    const { personId, actor, identityCheck } = change;
    await audit.record({
      chain: DEPLOYMENT_CHAIN,
      actor,
      action: 'child.erase',
      target: personId,
      after: { identityCheck },
      writes: [
        {
          write: { table: ACCOUNTS, check: childReportKey(personId), when: exists() },
          otherwise: () => new ChildReportNotFound(),
        },
      ],
    });
    await restrictions.set({ ownerId: personId, actor, identityCheck });
    const owned = await this.#ownedAlone(personId);
    for (const accountId of owned) await accounts.suspend({ accountId, reason: 'child', actor });
    const erasures: ErasureInput[] = [];
    for (const ownerId of [...owned, personId]) erasures.push(await this.#eraseOwner(ownerId, change));
    return erasures;
  }

  /** Ends a report about a person who is no child. @throws ChildReportNotFound */
  async dismiss({ personId, actor }: { readonly personId: string; readonly actor: Actor }): Promise<void> {
    const write = { table: ACCOUNTS, delete: childReportKey(personId), when: exists() };
    await this.#options.audit.record({
      chain: DEPLOYMENT_CHAIN,
      actor,
      action: 'child.dismiss',
      target: personId,
      writes: [{ write, otherwise: () => new ChildReportNotFound() }],
    });
  }

  /** The accounts that are a person's and nobody else's. */
  async #ownedAlone(personId: string): Promise<readonly string[]> {
    const { store } = this.#options;
    const alone: string[] = [];
    for (const accountId of await ownedBy(store, personId)) {
      const item = await store.get({ table: ACCOUNTS, key: accountKey(accountId) });
      if (item !== undefined && Number(item['members'] ?? 1) <= 1) alone.push(accountId);
    }
    return alone;
  }

  async #eraseOwner(
    ownerId: string,
    { actor, identityCheck }: { readonly actor: Actor; readonly identityCheck: (typeof IDENTITY_CHECKS)[number] },
  ): Promise<ErasureInput> {
    try {
      const { erasureId } = await this.#options.erasures.request({ ownerId, actor, identityCheck });
      return erasureInputSchema.parse({ ownerId, erasureId });
    } catch (error) {
      if (!(error instanceof ErasureRunning)) throw error;
      return erasureInputSchema.parse({ ownerId, erasureId: error.erasureId });
    }
  }

  /** The pseudonym of the reported person, which is all that is kept of the report's address. */
  async #find(reported: Readonly<z.infer<typeof newChildReportSchema>>): Promise<string | undefined> {
    const { store, addressBook } = this.#options;
    if ('accountId' in reported) {
      const account = await store.get({ table: ACCOUNTS, key: accountKey(reported.accountId) });
      return account && decodeAccount(account).ownerId;
    }
    const subject = await addressBook.subjectOf(reported.email);
    if (subject === undefined || !isSubject(subject)) return undefined;
    const pointer = await store.get({ table: ACCOUNTS, key: subjectKey(subject) });
    return pointer && personIdSchema.parse(pointer['personId']);
  }
}

const reportWrites = (report: ChildReport) => [
  {
    write: { table: ACCOUNTS, put: { ...childReportKey(report.personId), ...report }, when: absent() },
    otherwise: () => 'known' as const,
  },
  {
    write: { table: ACCOUNTS, check: personKey(report.personId), when: exists() },
    otherwise: () => 'known' as const,
  },
];
