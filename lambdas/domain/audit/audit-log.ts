import { randomBytes } from 'node:crypto';
import type { Permission } from '../../contracts/http/permissions';
import type { AuditEvent, AuditFields } from '../../contracts/storage/audit-event';
import { auditEventSchema } from '../../contracts/storage/audit-event';
import { auditEventKey, auditHeadKey, isoTime } from '../../contracts/storage/table-keys';
import { ACCOUNTS, AUDIT } from '../../contracts/storage/tables';
import { NotAllowed } from '../access/access-errors';
import type { Actor } from '../access/actor';
import { addressOf, auditActor, authorityCheck } from '../access/actor';
import type { Clock } from '../clock';
import { ControlPlaneUnavailable } from '../errors/refusal';
import { all } from '../table/condition';
import { keyOf } from '../table/key-of';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import type { RetryPolicy, Timing } from '../table/retry';
import { retry, systemSleep, RetryNeeded } from '../table/retry';
import { TransactionCancelled } from '../table/table-errors';
import type { Check, TableStore, Write } from '../table/table-store';
import type { Key } from '../table/value';
import { decodeEvent, decodeHead, hashOf, moveHead, putEvent } from './audit-item';

/** Somebody looks at a page that waits. */
const AUDIT_RETRY: RetryPolicy = { attemptsMax: 12, firstWaitMs: 20, longestWaitMs: 500, totalMs: 5_000 };
const TOKEN_BYTES = 16;

export interface AuditLogOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  /** From 0 to below 1: the jitter between attempts. @default Math.random */
  readonly random?: () => number;
  /** Waits between attempts. @default the system's timer */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** What is done, and how it is remembered. */
export interface Action {
  /** An account's id, or DEPLOYMENT_CHAIN. */
  readonly chain: string;
  readonly actor: Actor;
  readonly action: Permission;
  /** The id of what it is done to. */
  readonly target: string;
  readonly before?: AuditFields;
  readonly after?: AuditFields;
  /** At most 97. Their conditions name what can be wrong. */
  readonly writes: readonly (Write | Check)[];
}

/** One transaction on its way. */
interface Sending {
  readonly event: AuditEvent;
  readonly writes: readonly (Write | Check)[];
  readonly token: string;
  /** Whether an attempt ended without an answer: it may have been committed, or may yet be. */
  isUnsure: boolean;
}

/**
 * The administrative actions and their record: one chain of events per account, each with the hash of the one before.
 * An action and its event are one transaction, so neither is without the other.
 */
export class AuditLog {
  readonly #store: TableStore;
  readonly #timing: Timing;

  constructor({ store, clock, random = Math.random, sleep = systemSleep }: AuditLogOptions) {
    this.#store = store;
    this.#timing = { clock, random, sleep };
  }

  /**
   * Does an action. Throws TransactionCancelled, its first reasons being those of the action's own writes, when one
   * of their conditions fails; NotAllowed when the actor has lost the right meanwhile; ControlPlaneUnavailable.
   */
  async record(action: Action): Promise<AuditEvent> {
    let sending: Sending | undefined;
    const attempt = async (): Promise<AuditEvent> => {
      sending ??= await this.#prepare(action);
      try {
        await this.#store.transact(sending.writes, sending.token);
        return sending.event;
      } catch (error) {
        if (!isRefused(error)) {
          sending.isUnsure ||= !(error instanceof TransactionCancelled);
          throw error;
        }
        if (sending.isUnsure && (await this.#isRecorded(sending.event))) return sending.event;
        const failed = error.reasons.findIndex((reason) => reason?.code === 'ConditionFailed');
        if (failed < action.writes.length) throw error;
        if (failed < sending.writes.length - 2) throw new NotAllowed();
        // Another action came first: this one goes behind it.
        sending = undefined;
        throw new RetryNeeded();
      }
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
      // A clock that runs behind does not turn the order round: events end by time, the oldest first.
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
    const event = auditEventSchema.parse({ ...content, hash: hashOf(content) });
    return {
      event,
      writes: [...withAuthority(writes, authorityCheck(chain, actor)), putEvent(event), moveHead(event, head)],
      token: randomBytes(TOKEN_BYTES).toString('hex'),
      isUnsure: false,
    };
  }

  /** Whether an attempt that nobody heard of was committed after all. */
  async #isRecorded({ chain, sequence, hash }: AuditEvent): Promise<boolean> {
    const item = await this.#store.get({ table: AUDIT, key: auditEventKey(chain, sequence) });
    return item !== undefined && item['hash'] === hash;
  }
}

function isRefused(error: unknown): error is TransactionCancelled {
  return error instanceof TransactionCancelled && error.reasons.some((reason) => reason?.code === 'ConditionFailed');
}

/** A transaction names an item once: an action on the actor's own item carries the check in its condition. */
function withAuthority(writes: Action['writes'], check: Check | undefined): Action['writes'] {
  if (!check) return writes;
  const isOwn = (write: Write | Check): boolean => write.table === check.table && isSameKey(keyOf(write), check.check);
  if (!writes.some(isOwn)) return [...writes, check];
  const { when } = check;
  return writes.map((write) => (isOwn(write) ? { ...write, when: write.when ? all(write.when, when) : when } : write));
}

const isSameKey = (key: Key, other: Key): boolean => key.pk === other.pk && key.sk === other.sk;
