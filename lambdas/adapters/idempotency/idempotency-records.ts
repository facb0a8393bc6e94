import { IdempotencyItemAlreadyExistsError, IdempotencyItemNotFoundError } from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import { z } from 'zod';
import { idempotencyKey } from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS, EXPIRES_AT } from '../../contracts/storage/tables';
import type { Clock } from '../../domain/clock';
import { absent, all, any, compare } from '../../domain/table/condition';
import { ConditionFailed } from '../../domain/table/table-errors';
import type { TableStore } from '../../domain/table/table-store';
import type { Item } from '../../domain/table/value';

const IN_PROGRESS = 'INPROGRESS';

const itemSchema = z.object({
  /** A status that only a later release knows counts as in progress, so that nothing is executed twice. */
  status: z.enum([IN_PROGRESS, 'COMPLETED', 'EXPIRED']).catch(IN_PROGRESS),
  payloadHash: z.string(),
  /** Epoch milliseconds. Until then the first request counts as in progress, even if its process has died. */
  inProgressUntil: z.coerce.number().optional(),
  answer: z.string().optional(),
  [EXPIRES_AT]: z.coerce.number(),
});

/** Stores the idempotency records of Powertools in the accounts table of either store. */
export class IdempotencyRecords extends BasePersistenceLayer {
  readonly #store: TableStore;
  readonly #clock: Clock;

  constructor({ store, clock }: { readonly store: TableStore; readonly clock: Clock }) {
    super();
    this.#store = store;
    this.#clock = clock;
  }

  protected override async _putRecord(record: IdempotencyRecord): Promise<void> {
    const { idempotencyKey: id, expiryTimestamp = 0, inProgressExpiryTimestamp = 0, payloadHash = '' } = record;
    const now = this.#clock();
    const hasExpired = compare(EXPIRES_AT, '<=', Math.floor(now / 1_000));
    const isAbandoned = all(compare('status', '=', IN_PROGRESS), compare('inProgressUntil', '<', now));
    const put = {
      ...idempotencyKey(id),
      status: IN_PROGRESS,
      payloadHash,
      inProgressUntil: inProgressExpiryTimestamp,
      [EXPIRES_AT]: expiryTimestamp,
    };
    try {
      await this.#store.write({ table: ACCOUNTS, put, when: any(absent(), hasExpired, isAbandoned) });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      throw new IdempotencyItemAlreadyExistsError(undefined, error.item && decode(id, error.item));
    }
  }

  /** Powertools calls this only if the error of a refused put carries no record, and ours always does. */
  protected override async _getRecord(): Promise<IdempotencyRecord> {
    return Promise.reject(new IdempotencyItemNotFoundError());
  }

  protected override async _updateRecord(record: IdempotencyRecord): Promise<void> {
    const { idempotencyKey: id, expiryTimestamp = 0, payloadHash = '' } = record;
    const answer = z.string().parse(record.responseData);
    const put = {
      ...idempotencyKey(id),
      status: record.getStatus(),
      payloadHash,
      answer,
      [EXPIRES_AT]: expiryTimestamp,
    };
    await this.#store.write({ table: ACCOUNTS, put });
  }

  protected override async _deleteRecord({ idempotencyKey: id }: IdempotencyRecord): Promise<void> {
    await this.#store.write({ table: ACCOUNTS, delete: idempotencyKey(id) });
  }
}

function decode(id: string, item: Item): IdempotencyRecord {
  const { status, payloadHash, inProgressUntil, answer, expiresAt } = itemSchema.parse(item);
  return new IdempotencyRecord({
    idempotencyKey: id,
    status,
    payloadHash,
    expiryTimestamp: expiresAt,
    ...(inProgressUntil !== undefined && { inProgressExpiryTimestamp: inProgressUntil }),
    ...(answer !== undefined && { responseData: answer }),
  });
}
