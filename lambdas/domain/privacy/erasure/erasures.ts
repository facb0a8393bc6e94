import { ulid } from 'ulid';
import type { Permission } from '../../../contracts/http/permissions';
import type { ErasureSettings } from '../../../contracts/deployment/erasure-settings';
import { erasureInputSchema, type Resolution, type StoredErasure } from '../../../contracts/storage/erasure';
import type { IDENTITY_CHECKS } from '../../../contracts/storage/export';
import { erasureIdSchema } from '../../../contracts/storage/ids';
import { accountKey, personKey } from '../../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import {
  ERASURE_PREFIX,
  erasureKey,
  erasureListingKey,
  RUNNING_ERASURES_PARTITION,
  runningErasureKey,
} from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS, EXPIRES_AT } from '../../../contracts/storage/tables';
import { AccountNotFound } from '../../access/access-errors';
import { type Actor, personOf } from '../../access/actor';
import { ALREADY_DONE, type ActionWrite } from '../../audit/action';
import type { AuditLog } from '../../audit/audit-log';
import { type Clock, DAY_MS, SECOND_MS } from '../../clock';
import { expectRecentSignIn } from '../../identity/recent-sign-in';
import { erasureCancelled, erasureRequested } from '../../notifications/outbox/messages';
import type { Notify } from '../../notifications/outbox/outbox';
import { PersonNotFound } from '../../people/people-errors';
import { absent, all, compare, exists } from '../../table/condition';
import { everyItem } from '../../table/every-item';
import { type PageOf, type PageRequest, readPage } from '../../table/page';
import type { TableStore } from '../../table/table-store';
import { chainOf } from '../export/deliver';
import { expectNothingOwned } from './owned-accounts';
import { decodeErasure, encodeNewErasure, findErasure } from './erasure-item';
import { ErasureBegun, ErasureNotFound, ErasureNotStopped, ErasureRunning, NotResolvable } from './erasure-errors';
import type { ErasureWorkflows } from './ports';

/** A cancelled erasure is shown for this long. */
const CANCELLED_DAYS = 7;

/** The decisions that end each reason for a stop. */
const DECISIONS: { readonly [reason: string]: readonly Resolution[] } = {
  policy: ['refund', 'forfeit'],
  debt: ['retry'],
  credit_line: ['retry'],
  owns_account: ['retry'],
  refund_refused: ['retry', 'forfeit'],
  not_refundable: ['retry', 'forfeit'],
};

export interface ErasuresOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly workflows: ErasureWorkflows;
  readonly settings: ErasureSettings;
  readonly notify: Notify;
}

/** An erasure that is about to be requested. */
export interface ErasureRequest {
  /** An account, or the person who asks. */
  readonly ownerId: string;
  readonly actor: Actor;
  /** When the caller signed in, in epoch milliseconds. @default a command or an operator asks, who proves it otherwise */
  readonly signedInAt?: number;
  /** Present if an operator asks on the owner's behalf. */
  readonly identityCheck?: (typeof IDENTITY_CHECKS)[number] | undefined;
}

/** Requests of accounts and people to be erased. */
export class Erasures {
  readonly #options: ErasuresOptions;

  constructor(options: ErasuresOptions) {
    this.#options = options;
  }

  /**
   * Requests an erasure, and starts its workflow. If the process dies in between, the next request starts it.
   * @throws SignInAgain, ErasureRunning, AccountNotFound, PersonNotFound, TransferFirst, EraseAccountFirst
   */
  async request({ ownerId, actor, signedInAt, identityCheck }: ErasureRequest): Promise<StoredErasure> {
    const { store, audit, clock, workflows, settings, notify } = this.#options;
    const now = clock();
    if (signedInAt !== undefined) expectRecentSignIn(signedInAt, now);
    if (!isAccount(ownerId)) await expectNothingOwned(store, ownerId);
    const requestedBy = personOf(actor);
    const stored: StoredErasure = {
      erasureId: `era_${ulid(now)}`,
      state: 'grace',
      step: 'gate',
      requestedAt: isoTime(now),
      ...(requestedBy !== undefined && { requestedBy }),
      ...(identityCheck !== undefined && { identityCheck }),
      graceEndsAt: isoTime(now + settings.graceDays * DAY_MS),
      balance: settings.balance,
      attempt: 0,
      rounds: 0,
      erased: 0,
    };
    const { erasureId, graceEndsAt } = stored;
    try {
      await audit.record({
        chain: chainOf(ownerId),
        actor,
        action: requestOf(ownerId, identityCheck),
        target: erasureId,
        ...(identityCheck !== undefined && { after: { identityCheck } }),
        writes: [
          ...requestWrites(ownerId, stored),
          ...notify(erasureRequested({ ownerId, erasureId, endsAt: graceEndsAt })),
        ],
      });
    } catch (error) {
      // It may have been requested by a process that died before it started the workflow.
      if (error instanceof ErasureRunning) await workflows.startErasure({ ownerId, erasureId: error.erasureId });
      throw error;
    }
    await workflows.startErasure({ ownerId, erasureId });
    return stored;
  }

  /** @throws ErasureNotFound also for an erasure of another owner, and for one that is over */
  async get(ownerId: string, erasureId: string): Promise<StoredErasure> {
    const stored = await findErasure(this.#options.store, { ownerId, erasureId });
    if (stored === undefined) throw new ErasureNotFound();
    return stored;
  }

  /** The erasures of an owner, oldest first: the one that is not over, and those that were cancelled lately. */
  page(ownerId: string, page: PageRequest): Promise<PageOf<StoredErasure>> {
    const query = { table: ACCOUNTS, partition: ownerId, sort: { beginsWith: ERASURE_PREFIX } };
    return readPage(this.#options.store, query, page, decodeErasure);
  }

  /**
   * Cancels an erasure in its grace period. Cancelling it again has no effect. Either this or the beginning of the erasure
   * comes first, and the other is refused.
   * @throws ErasureNotFound, ErasureBegun
   */
  async cancel({ ownerId, erasureId, actor }: Cancellation): Promise<void> {
    const { audit, clock, notify } = this.#options;
    const table = ACCOUNTS;
    const expiresAt = Math.ceil((clock() + CANCELLED_DAYS * DAY_MS) / SECOND_MS);
    const change = { set: { state: 'cancelled', [EXPIRES_AT]: expiresAt } };
    await audit.record({
      chain: chainOf(ownerId),
      actor,
      action: isAccount(ownerId) ? 'erasure.cancel' : 'person.erase',
      target: erasureId,
      writes: [
        {
          write: { table, update: erasureKey(ownerId, erasureId), change, when: compare('state', '=', 'grace') },
          otherwise: (item) => {
            if (item === undefined) return new ErasureNotFound();
            return decodeErasure(item).state === 'cancelled' ? ALREADY_DONE : new ErasureBegun();
          },
        },
        { write: { table, delete: runningErasureKey(ownerId) } },
        { write: { table, delete: erasureListingKey(erasureId) } },
        ...notify(erasureCancelled({ ownerId, erasureId })),
      ],
    });
  }

  /**
   * Notes an operator's decision about an erasure that has stopped. The workflow finds it when it looks next.
   * @throws ErasureNotFound, ErasureNotStopped, NotResolvable
   */
  async resolve({ ownerId, erasureId, actor, decision }: Cancellation & { readonly decision: Resolution }) {
    const { stoppedBecause: reason } = await this.get(ownerId, erasureId);
    if (reason === undefined) throw new ErasureNotStopped();
    if (!(DECISIONS[reason] ?? []).includes(decision)) throw new NotResolvable(reason);
    const change = { set: { resolution: decision }, ...(decision === 'retry' && { add: { attempt: 1n } }) };
    await this.#options.audit.record({
      chain: chainOf(ownerId),
      actor,
      action: 'erasure.resolve',
      target: erasureId,
      after: { decision },
      writes: [
        {
          write: {
            table: ACCOUNTS,
            update: erasureKey(ownerId, erasureId),
            change,
            when: all(exists(), compare('stoppedBecause', '=', reason), absent('resolution')),
          },
          otherwise: () => new ErasureNotStopped(),
        },
      ],
    });
    await this.#options.workflows.startErasure({ ownerId, erasureId });
  }
}

interface Cancellation {
  readonly ownerId: string;
  readonly erasureId: string;
  readonly actor: Actor;
}

const isAccount = (ownerId: string): boolean => ownerId.startsWith('acc_');

function requestOf(ownerId: string, identityCheck: string | undefined): Permission {
  if (identityCheck !== undefined) return 'erasure.assist';
  return isAccount(ownerId) ? 'erasure.request' : 'person.erase';
}

function requestWrites(ownerId: string, stored: StoredErasure): readonly ActionWrite[] {
  const { erasureId } = stored;
  const table = ACCOUNTS;
  return [
    {
      write: { table, put: { ...runningErasureKey(ownerId), erasureId }, when: absent() },
      otherwise: (item) => new ErasureRunning(erasureIdSchema.parse(item?.['erasureId'])),
    },
    { write: { table, put: { ...erasureKey(ownerId, erasureId), ...encodeNewErasure(stored) }, when: absent() } },
    { write: { table, put: { ...erasureListingKey(erasureId), ownerId } } },
    isAccount(ownerId)
      ? { write: { table, check: accountKey(ownerId), when: exists() }, otherwise: () => new AccountNotFound() }
      : { write: { table, check: personKey(ownerId), when: exists() }, otherwise: () => new PersonNotFound() },
  ];
}

/** Starts every erasure that is not over, because the process that ran it may be gone. */
export async function resumeErasures(store: TableStore, workflows: ErasureWorkflows): Promise<void> {
  for await (const { sk, ownerId } of everyItem(store, { table: ACCOUNTS, partition: RUNNING_ERASURES_PARTITION })) {
    await workflows.startErasure(erasureInputSchema.parse({ ownerId, erasureId: sk }));
  }
}
