import { ulid } from 'ulid';
import type { z } from 'zod';
import type { newThreadSchema, surveySchema } from '../../contracts/http/support';
import type { Permission } from '../../contracts/http/permissions';
import { DEPLOYMENT_CHAIN } from '../../contracts/storage/audit-event';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { messagesPrefix, THREAD_PREFIX, threadKey, threadsPartition } from '../../contracts/storage/table-keys/support';
import type { SupportAuthor, ThreadState } from '../../contracts/storage/support';
import { ACCOUNTS, EXPIRES_AT } from '../../contracts/storage/tables';
import type { Actor } from '../access/actor';
import { countOne } from '../accounts/pace';
import { ALREADY_DONE, type ActionRecorder, type ActionWrite } from '../audit/action';
import type { Clock } from '../clock';
import { supportAnswered } from '../notifications/outbox/messages';
import type { Notify } from '../notifications/outbox/outbox';
import { absent, all, compare, exists } from '../table/condition';
import { sortKeyOf } from '../table/merged-items';
import { type PageOf, type PageRequest, readPage } from '../table/page';
import type { TableStore, Update } from '../table/table-store';
import { personIdSchema } from '../../contracts/storage/ids';
import {
  ThreadClosed,
  ThreadFull,
  ThreadNotFound,
  ThreadOpen,
  TooManySupportMessages,
  TooManyThreads,
} from './support-errors';
import {
  decodeSupportMessage,
  decodeThread,
  encodeSupportMessage,
  endOf,
  type SupportMessage,
  type Thread,
} from './support-items';
import { listed, MESSAGES_PER_PERSON_AND_DAY_MAX, THREADS_PER_PERSON_AND_DAY_MAX, wroteIn } from './thread-writes';

export interface SupportOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: ActionRecorder;
  /** Tells people that an answer exists. */
  readonly notify: Notify;
}

/** A thread, and who does something with it. */
interface ThreadAction {
  /** The person whose thread it is. */
  readonly personId: string;
  readonly threadId: string;
  readonly actor: Actor;
}

/** The conversations of people with the operators. The audit log has who did what, and none of the texts. */
export class Support {
  readonly #options: SupportOptions;

  constructor(options: SupportOptions) {
    this.#options = options;
  }

  /** @throws TooManyThreads, TooManySupportMessages */
  async open(
    personId: string,
    { subject, text }: Readonly<z.infer<typeof newThreadSchema>>,
    actor: Actor,
  ): Promise<Thread> {
    const now = this.#options.clock();
    const threadId = `sup_${ulid(now)}`;
    const at = isoTime(now);
    const { endsAt, [EXPIRES_AT]: expiresAt } = endOf(now);
    const thread = {
      threadId,
      subject,
      state: 'open',
      openedAt: at,
      writtenAt: at,
      writtenBy: 'person',
      endsAt,
      messages: 1,
    };
    const put = { ...threadKey(personId, threadId), ...thread, [EXPIRES_AT]: expiresAt };
    await this.#record('support.open', { threadId, actor }, [
      { write: { table: ACCOUNTS, put, when: absent() } },
      ...this.#written({ personId, threadId, by: 'person', text }, now),
      countOne(
        {
          owner: personId,
          what: 'threads',
          per: 'day',
          limit: THREADS_PER_PERSON_AND_DAY_MAX,
          refusal: (retryAfterSeconds) => new TooManyThreads(retryAfterSeconds),
        },
        now,
      ),
      ...listed(personId, threadId, 'open', expiresAt),
    ]);
    return this.get(personId, threadId);
  }

  /** A person writes in a thread of theirs, which opens it. @throws ThreadNotFound, ThreadFull, TooManySupportMessages */
  async write({ personId, threadId, actor, text }: ThreadAction & { readonly text: string }): Promise<Thread> {
    const now = this.#options.clock();
    const { [EXPIRES_AT]: expiresAt } = endOf(now);
    await this.#record('support.write', { threadId, actor }, [
      {
        write: wroteIn({ personId, threadId, by: 'person' }, now, { state: 'open' }),
        otherwise: (item) => (item ? new ThreadFull() : new ThreadNotFound()),
      },
      ...this.#written({ personId, threadId, by: 'person', text }, now),
      ...listed(personId, threadId, 'open', expiresAt),
    ]);
    return this.get(personId, threadId);
  }

  /** An operator answers, and the person is told. @throws ThreadNotFound, ThreadClosed, ThreadFull */
  async answer({ personId, threadId, actor, text }: ThreadAction & { readonly text: string }): Promise<Thread> {
    const { clock, notify } = this.#options;
    const now = clock();
    const { [EXPIRES_AT]: expiresAt } = endOf(now);
    const messageId = `smsg_${ulid(now)}`;
    const put = encodeSupportMessage({ personId, threadId, messageId, by: 'operator', text }, now);
    await this.#record('support.answer', { threadId, actor }, [
      {
        write: wroteIn({ personId, threadId, by: 'operator' }, now, {}, compare('state', '=', 'open')),
        otherwise: (item) => {
          if (!item) return new ThreadNotFound();
          return decodeThread(item).state === 'open' ? new ThreadFull() : new ThreadClosed();
        },
      },
      { write: { table: ACCOUNTS, put, when: absent() } },
      ...listed(personId, threadId, 'open', expiresAt),
      ...notify(supportAnswered({ personId, threadId, messageId, at: isoTime(now) })),
    ]);
    return this.get(personId, threadId);
  }

  /** Closing a closed thread has no effect. @throws ThreadNotFound */
  close(action: ThreadAction): Promise<void> {
    return this.#move(action, 'open', 'closed');
  }

  /** Reopening an open thread has no effect. @throws ThreadNotFound */
  reopen(action: ThreadAction): Promise<void> {
    return this.#move(action, 'closed', 'open');
  }

  /** Stores what a person thinks about a closed thread; a later answer replaces it. @throws ThreadNotFound, ThreadOpen */
  async rate(
    { personId, threadId, actor }: ThreadAction,
    { score, comment }: Readonly<z.infer<typeof surveySchema>>,
  ): Promise<Thread> {
    const answeredAt = isoTime(this.#options.clock());
    const survey = { score, answeredAt, ...(comment !== undefined && { comment }) };
    const write: Update = {
      table: ACCOUNTS,
      update: threadKey(personId, threadId),
      change: { set: { survey } },
      when: all(exists(), compare('state', '=', 'closed')),
    };
    await this.#record('support.rate', { threadId, actor }, [
      { write, otherwise: (item) => (item ? new ThreadOpen() : new ThreadNotFound()) },
    ]);
    return this.get(personId, threadId);
  }

  /** @throws ThreadNotFound also for a thread of another person */
  async get(personId: string, threadId: string): Promise<Thread> {
    const item = await this.#options.store.get({ table: ACCOUNTS, key: threadKey(personId, threadId) });
    if (item === undefined) throw new ThreadNotFound();
    return decodeThread(item);
  }

  /** A page of a person's threads, oldest first. */
  page(personId: string, request: PageRequest): Promise<PageOf<Thread>> {
    const query = { table: ACCOUNTS, partition: personId, sort: { beginsWith: THREAD_PREFIX } };
    return readPage(this.#options.store, query, request, decodeThread);
  }

  /** A page of a thread's messages, oldest first. @throws ThreadNotFound */
  async messages(personId: string, threadId: string, request: PageRequest): Promise<PageOf<SupportMessage>> {
    await this.get(personId, threadId);
    const query = { table: ACCOUNTS, partition: personId, sort: { beginsWith: messagesPrefix(threadId) } };
    return readPage(this.#options.store, query, request, decodeSupportMessage);
  }

  /** A page of everybody's threads in one state, oldest first. */
  listed(state: ThreadState, request: PageRequest): Promise<PageOf<{ threadId: string; personId: string }>> {
    const query = { table: ACCOUNTS, partition: threadsPartition(state) };
    return readPage(this.#options.store, query, request, (item) => ({
      threadId: sortKeyOf(item),
      personId: personIdSchema.parse(item['personId']),
    }));
  }

  /** The writes of a person's message, which counts in the day. */
  #written(
    message: {
      readonly personId: string;
      readonly threadId: string;
      readonly by: SupportAuthor;
      readonly text: string;
    },
    now: number,
  ): readonly ActionWrite[] {
    const put = encodeSupportMessage({ ...message, messageId: `smsg_${ulid(now)}` }, now);
    const pace = {
      owner: message.personId,
      what: 'support-messages',
      per: 'day',
      limit: MESSAGES_PER_PERSON_AND_DAY_MAX,
      refusal: (retryAfterSeconds: number) => new TooManySupportMessages(retryAfterSeconds),
    } as const;
    return [{ write: { table: ACCOUNTS, put, when: absent() } }, countOne(pace, now)];
  }

  async #move({ personId, threadId, actor }: ThreadAction, from: ThreadState, to: ThreadState): Promise<void> {
    const item = await this.#options.store.get({ table: ACCOUNTS, key: threadKey(personId, threadId) });
    if (item === undefined) throw new ThreadNotFound();
    const write: Update = {
      table: ACCOUNTS,
      update: threadKey(personId, threadId),
      change: { set: { state: to } },
      when: all(exists(), compare('state', '=', from)),
    };
    await this.#options.audit.record({
      chain: DEPLOYMENT_CHAIN,
      actor,
      action: actor.kind === 'self' ? 'support.finish' : 'support.close',
      target: threadId,
      before: { state: from },
      after: { state: to },
      writes: [
        { write, otherwise: (current) => (current ? ALREADY_DONE : new ThreadNotFound()) },
        ...listed(personId, threadId, to, item[EXPIRES_AT] as bigint),
      ],
    });
  }

  async #record(
    action: Permission,
    { threadId, actor }: Pick<ThreadAction, 'threadId' | 'actor'>,
    writes: readonly ActionWrite[],
  ): Promise<void> {
    await this.#options.audit.record({ chain: DEPLOYMENT_CHAIN, actor, action, target: threadId, writes });
  }
}
