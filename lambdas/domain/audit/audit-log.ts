import type { AuditEvent } from '../../contracts/storage/audit-event';
import { writtenEventSchema } from '../../contracts/storage/audit-event';
import { auditHeadKey } from '../../contracts/storage/table-keys/accounts';
import { auditEventKey } from '../../contracts/storage/table-keys/audit';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS, AUDIT } from '../../contracts/storage/tables';
import { addressOf, auditActor } from '../access/actor';
import type { Clock } from '../clock';
import { ControlPlaneUnavailable } from '../errors/refusal';
import type { GuardedWrite } from '../table/commit';
import { commit } from '../table/commit';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import type { RetryPolicy, Timing } from '../table/retry';
import { retry, RetryNeeded, systemSleep } from '../table/retry';
import { TransactionCancelled } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import { newTransactionToken } from '../table/transaction-token';
import type { Action } from './action';
import { ALREADY_DONE } from './action';
import { decodeEvent, decodeHead, hashOf, moveHead, putEvent } from './audit-item';
import { withAuthority } from './authority';

/** A person is waiting for the response. */
const AUDIT_RETRY: RetryPolicy = { attemptsMax: 12, firstWaitMs: 20, longestWaitMs: 500, totalMs: 5_000 };

export interface AuditLogOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  /** From 0 to below 1: the jitter between attempts. @default Math.random */
  readonly random?: () => number;
  /** Waits between attempts. @default the system's timer */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** Another action was recorded in the same chain first. */
const OVERTAKEN = 'overtaken';

/** One transaction in progress. */
interface Sending {
  readonly event: AuditEvent;
  readonly writes: readonly GuardedWrite<Error | typeof ALREADY_DONE | typeof OVERTAKEN>[];
  readonly token: string;
  /** Whether an attempt ended without an answer: it may have been committed, or may yet be. */
  isUnsure: boolean;
}

/**
 * Commits administrative actions and records them in one chain of events per account, in which each event has the hash
 * of the one before. An action and its event are committed in one transaction, so that neither exists without the
 * other.
 */
export class AuditLog {
  readonly #store: TableStore;
  readonly #timing: Timing;

  constructor({ store, clock, random = Math.random, sleep = systemSleep }: AuditLogOptions) {
    this.#store = store;
    this.#timing = { clock, random, sleep };
  }

  /**
   * Commits an action together with its event.
   * @returns false when a write says that the action was ALREADY_DONE: nothing was written
   * @throws the first refusal of the action's own writes
   * @throws NotAllowed when the actor has lost the right to act since it was checked
   * @throws ControlPlaneUnavailable
   */
  async record(action: Action): Promise<boolean> {
    let sending: Sending | undefined;
    const attempt = async (): Promise<boolean> => {
      sending ??= await this.#prepare(action);
      const [refusal] = await this.#send(sending);
      if (refusal === undefined) return true;
      if (sending.isUnsure && (await this.#isRecorded(sending.event))) return true;
      if (refusal === ALREADY_DONE) return false;
      if (refusal !== OVERTAKEN) throw refusal;
      // The next attempt goes behind the other action.
      sending = undefined;
      throw new RetryNeeded();
    };
    return retry(AUDIT_RETRY, this.#timing, attempt, (cause) => new ControlPlaneUnavailable({ cause }));
  }

  /** A chain's events, newest first. */
  page(chain: string, page: PageRequest): Promise<PageOf<AuditEvent>> {
    return readPage(this.#store, { table: AUDIT, partition: chain, newestFirst: true }, page, decodeEvent);
  }

  async #prepare({ chain, actor, action, target, before, after, writes }: Action): Promise<Sending> {
    const item = await this.#store.get({ table: ACCOUNTS, key: auditHeadKey(chain) });
    const head = item && decodeHead(item);
    const now = isoTime(this.#timing.clock());
    const address = addressOf(actor);
    const content = {
      version: 1 as const,
      chain,
      sequence: (head?.sequence ?? 0) + 1,
      // A clock that runs behind does not reverse the order: events expire by their time, the oldest first.
      at: head !== undefined && head.at > now ? head.at : now,
      actor: auditActor(actor),
      ...(address !== undefined && { address }),
      action,
      target,
      ...(before && { before }),
      ...(after && { after }),
      previous: head?.hash ?? null,
      previousAt: head?.at ?? null,
    };
    const event = writtenEventSchema.parse({ ...content, hash: hashOf(content) });
    return {
      event,
      writes: [
        ...withAuthority(writes, chain, actor),
        { write: putEvent(event), otherwise: () => OVERTAKEN },
        { write: moveHead(event, head), otherwise: () => OVERTAKEN },
      ],
      token: newTransactionToken(),
      isUnsure: false,
    };
  }

  async #send(sending: Sending) {
    try {
      return await commit(this.#store, sending.writes, sending.token);
    } catch (error) {
      sending.isUnsure ||= !(error instanceof TransactionCancelled);
      throw error;
    }
  }

  /** Whether an attempt without an answer was committed after all. */
  async #isRecorded({ chain, sequence, hash }: AuditEvent): Promise<boolean> {
    const item = await this.#store.get({ table: AUDIT, key: auditEventKey(chain, sequence) });
    return item !== undefined && item['hash'] === hash;
  }
}
