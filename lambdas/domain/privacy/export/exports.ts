import { ulid } from 'ulid';
import { z } from 'zod';
import { exportInputSchema, type IDENTITY_CHECKS, type StoredExport } from '../../../contracts/storage/export';
import type { Permission } from '../../../contracts/http/permissions';
import { exportIdSchema } from '../../../contracts/storage/ids';
import { accountKey } from '../../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import {
  EXPORT_PREFIX,
  exportKey,
  exportListingKey,
  passphraseKey,
  runningExportKey,
  RUNNING_EXPORTS_PARTITION,
} from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS, EXPIRES_AT, KEYS } from '../../../contracts/storage/tables';
import { AccountNotFound } from '../../access/access-errors';
import { AccountBeingErased } from '../../accounts/accounts-errors';
import { isNotErased } from '../../accounts/account-item';
import { type Actor, personOf } from '../../access/actor';
import type { ActionWrite } from '../../audit/action';
import type { AuditLog } from '../../audit/audit-log';
import { type Clock, DAY_MS, SECOND_MS } from '../../clock';
import { expectRecentSignIn } from '../../identity/recent-sign-in';
import { encodeSecret, SECRET_BYTES } from '../../secret';
import { absent, all, any, compare, exists } from '../../table/condition';
import { everyItem } from '../../table/every-item';
import { type PageOf, type PageRequest, readPage } from '../../table/page';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { chainOf } from './deliver';
import { decodeExport, encodeNewExport, findExport, pathOf } from './export-item';
import { ExportNotFound, ExportNotReady, ExportRunning, PassphraseShown } from './export-errors';
import type { ExportLink, ExportLinks, Workflows } from './ports';

/** An export, its files and its passphrase exist for this long. */
export const EXPORT_DAYS = 7;
/** An export that has not ended by then is not waited for: its execution has failed or timed out. */
export const RUN_MS_MAX = DAY_MS;

export interface ExportsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly workflows: Workflows;
  /** @default none: nobody can download a file */
  readonly links?: ExportLinks;
  readonly randomBytes: (bytes: number) => Uint8Array;
}

function actionOf(ownerId: string, identityCheck: string | undefined): Permission {
  if (!ownerId.startsWith('acc_')) return 'person.export';
  return identityCheck === undefined ? 'export.create' : 'export.assist';
}

/** A link to one file of an export, and what is known about the file. */
export interface LinkedFile extends ExportLink {
  readonly name: string;
  readonly bytes: number;
  readonly items: number;
}

/** Copies of the data of accounts and people. */
export class Exports {
  readonly #options: ExportsOptions;

  constructor(options: ExportsOptions) {
    this.#options = options;
  }

  /**
   * Requests an export, and starts its workflow. If the process dies in between, the next request starts it.
   * @param request.ownerId an account, or the person who asks
   * @throws ExportRunning, AccountNotFound
   */
  async request(request: {
    readonly ownerId: string;
    readonly actor: Actor;
    readonly identityCheck?: (typeof IDENTITY_CHECKS)[number] | undefined;
  }): Promise<StoredExport> {
    const { audit, clock, workflows } = this.#options;
    const { ownerId, actor, identityCheck } = request;
    const now = clock();
    const requestedBy = personOf(actor);
    const stored: StoredExport = {
      exportId: `exp_${ulid(now)}`,
      state: 'running',
      requestedAt: isoTime(now),
      ...(requestedBy !== undefined && { requestedBy }),
      ...(identityCheck !== undefined && { identityCheck }),
      endsAt: isoTime(now + EXPORT_DAYS * DAY_MS),
      files: [],
      fileCount: 0,
      isComplete: false,
    };
    const { exportId } = stored;
    try {
      await audit.record({
        chain: chainOf(ownerId),
        actor,
        action: actionOf(ownerId, identityCheck),
        target: exportId,
        ...(identityCheck !== undefined && { after: { identityCheck } }),
        writes: this.#writesOf(ownerId, stored, now),
      });
    } catch (error) {
      // It may have been requested by a process that died before it started the workflow.
      if (error instanceof ExportRunning) await workflows.startExport({ ownerId, exportId: error.exportId });
      throw error;
    }
    await workflows.startExport({ ownerId, exportId });
    return stored;
  }

  /** @throws ExportNotFound also for an export of another owner, and for one that has ended */
  async get(ownerId: string, exportId: string): Promise<StoredExport> {
    const stored = await findExport(this.#options.store, ownerId, exportId);
    if (stored === undefined) throw new ExportNotFound();
    return stored;
  }

  /** The exports of an owner, oldest first. */
  page(ownerId: string, page: PageRequest): Promise<PageOf<StoredExport>> {
    const query = { table: ACCOUNTS, partition: ownerId, sort: { beginsWith: EXPORT_PREFIX } };
    return readPage(this.#options.store, query, page, decodeExport);
  }

  /** Signs a new link to each file. @returns none while the export is running, and where no link can be signed */
  links(ownerId: string, { exportId, state, files }: StoredExport): Promise<readonly LinkedFile[]> {
    const { links } = this.#options;
    if (state !== 'ready' || links === undefined) return Promise.resolve([]);
    return Promise.all(
      files.map(async ({ bytes, items, name: stored }, index) => {
        const name = files.length === 1 ? `${exportId}.zip` : `${exportId}-${index + 1}.zip`;
        const link = await links.sign({ path: pathOf(ownerId, exportId, { name: stored }), name });
        return { name, bytes, items, ...link };
      }),
    );
  }

  /**
   * Shows the passphrase of an export once, and deletes it.
   * @param request.signedInAt epoch milliseconds
   * @throws SignInAgain, ExportNotFound, ExportNotReady, PassphraseShown
   */
  async reveal(request: {
    readonly ownerId: string;
    readonly exportId: string;
    readonly actor: Actor;
    readonly signedInAt: number;
  }): Promise<string> {
    const { store, audit, clock } = this.#options;
    const { ownerId, exportId, actor, signedInAt } = request;
    expectRecentSignIn(signedInAt, clock());
    const { state } = await this.get(ownerId, exportId);
    if (state !== 'ready') throw new ExportNotReady();
    const key = passphraseKey(exportId);
    const item = await store.get({ table: KEYS, key });
    if (item === undefined) throw new PassphraseShown();
    await audit.record({
      chain: chainOf(ownerId),
      actor,
      action: ownerId.startsWith('acc_') ? 'export.reveal' : 'person.export',
      target: exportId,
      writes: [{ write: { table: KEYS, delete: key, when: exists() }, otherwise: () => new PassphraseShown() }],
    });
    return z.string().parse(item['passphrase']);
  }

  #writesOf(ownerId: string, stored: StoredExport, now: number): readonly ActionWrite[] {
    const { exportId } = stored;
    const end = { [EXPIRES_AT]: Math.floor(Date.parse(stored.endsAt) / SECOND_MS) };
    const running = runningExportKey(ownerId);
    const isFree = any(absent(), compare('startedAt', '<=', isoTime(now - RUN_MS_MAX)));
    const passphrase = encodeSecret(this.#options.randomBytes(SECRET_BYTES));
    const table = ACCOUNTS;
    return [
      {
        write: { table, put: { ...running, exportId, startedAt: stored.requestedAt, ...end }, when: isFree },
        otherwise: (item) => new ExportRunning(exportIdSchema.parse(item?.['exportId'])),
      },
      {
        write: {
          table,
          put: { ...exportKey(ownerId, exportId), ...encodeNewExport(stored), ...end },
          when: absent(),
        },
      },
      { write: { table, put: { ...exportListingKey(exportId), ownerId, ...end } } },
      { write: { table: KEYS, put: { ...passphraseKey(exportId), passphrase, ...end } } },
      ...(ownerId.startsWith('acc_')
        ? [
            {
              write: { table, check: accountKey(ownerId), when: all(exists(), isNotErased) },
              otherwise: (item: Item | undefined) => (item ? new AccountBeingErased() : new AccountNotFound()),
            },
          ]
        : []),
    ];
  }
}

/** Starts every export that is listed as running, because the process that ran it may be gone. */
export async function resumeExports(store: TableStore, workflows: Workflows): Promise<void> {
  for await (const { sk, ownerId } of everyItem(store, { table: ACCOUNTS, partition: RUNNING_EXPORTS_PARTITION })) {
    await workflows.startExport(exportInputSchema.parse({ ownerId, exportId: sk }));
  }
}
