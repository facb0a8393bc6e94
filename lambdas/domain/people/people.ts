import { ulid } from 'ulid';
import { personIdSchema } from '../../contracts/storage/ids';
import { personKey, subjectKey } from '../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { erasedSubjectKey } from '../../contracts/storage/table-keys/privacy';
import { ACCOUNTS, EXPIRES_AT } from '../../contracts/storage/tables';
import { type Clock, SECOND_MS } from '../clock';
import { ControlPlaneUnavailable } from '../errors/refusal';
import { hashOfSubject, isSubject } from '../identity/subject';
import { welcome } from '../notifications/outbox/messages';
import { NO_NOTIFY, type Notify } from '../notifications/outbox/outbox';
import { commit } from '../table/commit';
import { absent, all, any, compare, exists } from '../table/condition';
import { retry, REQUEST_RETRY, systemTiming } from '../table/retry';
import { ConditionFailed } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import { BeingErased, PersonNotFound } from './people-errors';
import type { Person } from './person-item';
import { decodePerson } from './person-item';

/** Everyone who has ever signed in, under a pseudonym. */
export class People {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #notify: Notify;

  /** @param options.notify welcomes people. @default nobody is welcomed */
  constructor(options: { readonly store: TableStore; readonly clock: Clock; readonly notify?: Notify | undefined }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#notify = options.notify ?? NO_NOTIFY;
  }

  /**
   * The person of a verified token's subject, created when the subject signs in for the first time.
   * @throws BeingErased when the person is being erased, or was while the token was valid
   * @throws ControlPlaneUnavailable
   */
  async ofSubject(subject: string): Promise<Person> {
    if (!isSubject(subject)) throw new RangeError('not a subject');
    const existing = await this.#find(subject);
    if (existing?.erasingSince !== undefined) throw new BeingErased();
    if (existing) return existing;
    // The console sends several requests at once, so the first requests of a new person conflict with each other.
    return retry(
      REQUEST_RETRY,
      systemTiming(this.#clock),
      () => this.#create(subject),
      (cause) => new ControlPlaneUnavailable({ cause }),
    );
  }

  async get(personId: string): Promise<Person | undefined> {
    const item = await this.#store.get({ table: ACCOUNTS, key: personKey(personId) });
    return item && decodePerson(item);
  }

  /**
   * Records when the person attested to being 18 or older. The first attestation stands.
   * @throws PersonNotFound
   */
  async attestAdult(personId: string): Promise<Person> {
    const attestedAt = isoTime(this.#clock());
    try {
      await this.#store.write({
        table: ACCOUNTS,
        update: personKey(personId),
        change: { set: { attestedAt } },
        when: all(exists(), absent('attestedAt')),
      });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      if (!error.item) throw new PersonNotFound();
    }
    const person = await this.get(personId);
    if (!person) throw new PersonNotFound();
    return person;
  }

  async #find(subject: string): Promise<Person | undefined> {
    const pointer = await this.#store.get({ table: ACCOUNTS, key: subjectKey(subject) });
    return pointer && this.get(personIdSchema.parse(pointer['personId']));
  }

  async #create(subject: string): Promise<Person> {
    const now = this.#clock();
    const person: Person = { personId: `per_${ulid(now)}`, createdAt: isoTime(now) };
    const { personId } = person;
    const mark = erasedSubjectKey(hashOfSubject(subject));
    // An expired item may still be there.
    const isUnmarked = any(absent(), compare(EXPIRES_AT, '<=', Math.floor(now / SECOND_MS)));
    const pointer = { table: ACCOUNTS, put: { ...subjectKey(subject), personId }, when: absent() };
    const refusals = await commit<'known' | BeingErased>(this.#store, [
      { write: pointer, otherwise: () => 'known' },
      { write: { table: ACCOUNTS, put: { ...personKey(personId), ...person, subject }, when: absent() } },
      { write: { table: ACCOUNTS, check: mark, when: isUnmarked }, otherwise: () => new BeingErased() },
      ...this.#notify(welcome(personId)),
    ]);
    if (refusals.length === 0) return person;
    const erased = refusals.find((refusal) => refusal instanceof BeingErased);
    if (erased) throw erased;
    // Another request of the same person came first, or an earlier attempt of this one was committed and its reply was
    // lost.
    const found = await this.#find(subject);
    if (!found) throw new Error('a subject leads to a person who is not there');
    return found;
  }
}
