import { z } from 'zod';
import { accountIdSchema, personIdSchema } from '../../../contracts/storage/ids';
import { accountKey, personKey } from '../../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { legalHoldKey, runningErasureKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { AccountNotFound } from '../../access/access-errors';
import type { Actor } from '../../access/actor';
import { ALREADY_DONE } from '../../audit/action';
import type { AuditLog } from '../../audit/audit-log';
import type { Clock } from '../../clock';
import { PersonNotFound } from '../../people/people-errors';
import { absent, any, exists } from '../../table/condition';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { chainOf } from '../export/deliver';
import { ErasureBegun, LegalHoldNotFound } from './erasure-errors';

export const legalHoldSchema = z.object({ placedAt: z.iso.datetime() });
/** A duty to keep the data of an account or a person, for example because of a lawsuit. */
export type LegalHold = Readonly<z.infer<typeof legalHoldSchema>>;

export const decodeLegalHold = (item: Item): LegalHold => legalHoldSchema.parse(item);

interface HoldChange {
  readonly ownerId: string;
  readonly actor: Actor;
}

/** Holds that pause erasures. An erasure that has passed the point of no return is not paused any more. */
export class LegalHolds {
  readonly #options: {
    readonly store: TableStore;
    readonly clock: Clock;
    readonly audit: Pick<AuditLog, 'record'>;
  };

  constructor(options: {
    readonly store: TableStore;
    readonly clock: Clock;
    readonly audit: Pick<AuditLog, 'record'>;
  }) {
    this.#options = options;
  }

  async get(ownerId: string): Promise<LegalHold | undefined> {
    const item = await this.#options.store.get({ table: ACCOUNTS, key: legalHoldKey(ownerId) });
    return item && decodeLegalHold(item);
  }

  /**
   * Places a hold. Placing one again has no effect.
   * @throws AccountNotFound, PersonNotFound, ErasureBegun
   */
  async place({ ownerId, actor }: HoldChange): Promise<void> {
    const { audit, clock } = this.#options;
    const table = ACCOUNTS;
    const isAccount = ownerId.startsWith('acc_');
    await audit.record({
      chain: chainOf(ownerId),
      actor,
      action: 'erasure.hold',
      target: targetOf(ownerId),
      writes: [
        {
          write: { table, put: { ...legalHoldKey(ownerId), placedAt: isoTime(clock()) }, when: absent() },
          otherwise: () => ALREADY_DONE,
        },
        {
          write: { table, check: runningErasureKey(ownerId), when: any(absent(), absent('isErasing')) },
          otherwise: () => new ErasureBegun(),
        },
        {
          write: { table, check: isAccount ? accountKey(ownerId) : personKey(ownerId), when: exists() },
          otherwise: () => (isAccount ? new AccountNotFound() : new PersonNotFound()),
        },
      ],
    });
  }

  /** Lifts a hold: an erasure that it paused goes on. @throws LegalHoldNotFound */
  async lift({ ownerId, actor }: HoldChange): Promise<void> {
    const write = { table: ACCOUNTS, delete: legalHoldKey(ownerId), when: exists() };
    await this.#options.audit.record({
      chain: chainOf(ownerId),
      actor,
      action: 'erasure.lift',
      target: targetOf(ownerId),
      writes: [{ write, otherwise: () => new LegalHoldNotFound() }],
    });
  }
}

const targetOf = (ownerId: string): string => z.union([accountIdSchema, personIdSchema]).parse(ownerId);
