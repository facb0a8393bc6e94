import { z } from 'zod';
import { grantExpiryKey, grantExpiryPartition } from '../../../contracts/storage/table-keys/funds';
import { isoTime, SHARDS } from '../../../contracts/storage/table-keys/key-parts';
import { WALLET } from '../../../contracts/storage/tables';
import { inParallel } from '../../in-parallel';
import { lesser } from '../../money/pico';
import type { GuardedWrite } from '../../table/commit';
import { everyItem } from '../../table/every-item';
import type { FundsDependencies } from '../dependencies';
import { movedInto, transfers } from '../ledger/entry';
import { CREDIT_PICO_MAX } from '../ledger/payment';
import { changeFunds, isNewChange, type Recorder } from './change-funds';
import { TooManyGrants } from './funds-errors';
import { addGrant, EXPIRY_PREFIX, GRANTS_MAX, reduceGrant, spendGrants } from './grants';

/** A grant's ID becomes a part of an entry's ID, so it must not contain a separator. */
const GRANT_ID = /^grant_[\w.:-]{1,100}$/;
const REASON = /^[a-z][a-z0-9-]{0,39}$/;

/** Promotional credit for an account. Granting it again under the same ID has no effect. */
export interface NewGrant {
  readonly accountId: string;
  /** Begins with `grant_`. */
  readonly grantId: string;
  readonly amountPico: bigint;
  /** A code such as `goodwill`. It is stored in the ledger forever, so it must not describe a person. */
  readonly reason: string;
  /** Epoch milliseconds. @default it does not expire */
  readonly expiresAt?: number | undefined;
  /** Writes that belong to the grant. A failed condition is a refusal that is thrown. */
  readonly writes?: readonly GuardedWrite[];
}

/**
 * Grants promotional credit, which is spent before paid credit.
 * @returns whether this call granted it
 * @throws WalletNotFound, TooManyGrants, ChangeIdReused
 * @throws RangeError when the amount, the expiry or a name is invalid
 */
export async function grantCredit(
  dependencies: FundsDependencies,
  grant: NewGrant,
  record?: Recorder,
): Promise<boolean> {
  const { accountId, grantId, amountPico, reason, expiresAt, writes = [] } = grant;
  if (amountPico <= 0n || amountPico > CREDIT_PICO_MAX) throw new RangeError('invalid amount of a grant');
  if (!GRANT_ID.test(grantId)) throw new RangeError('invalid grant ID');
  if (!REASON.test(reason)) throw new RangeError('invalid reason of a grant');
  if (expiresAt !== undefined && expiresAt <= dependencies.timing.clock()) throw new RangeError('the grant is expired');
  const expiry = expiresAt === undefined ? undefined : isoTime(expiresAt);
  const changed = await changeFunds(
    dependencies,
    accountId,
    grantId,
    ({ balance, grants }) => {
      const current = spendGrants(grants, balance.spentPico);
      if (current.grants.length >= GRANTS_MAX) throw new TooManyGrants();
      return {
        kind: 'grant',
        transfers: transfers(['promotion', 'available', amountPico]),
        reason,
        grants: addGrant(current, { grantId, leftPico: amountPico, expiresAt: expiry }),
        writes: [...writes, ...(expiry === undefined ? [] : [listExpiry(accountId, grantId, expiry)])],
      };
    },
    record,
  );
  return isNewChange(changed, (entry) => movedInto('available', entry) === amountPico);
}

/** The write that lists a grant under its expiry, so that a job finds it. */
const listExpiry = (accountId: string, grantId: string, expiry: string): GuardedWrite => ({
  write: { table: WALLET, put: { ...grantExpiryKey(accountId, grantId, expiry), accountId, grantId } },
});

export const dueSchema = z.object({ sk: z.string(), accountId: z.string(), grantId: z.string() });

interface DueGrant {
  readonly accountId: string;
  readonly grantId: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

/**
 * Ends the grants that are due: an entry takes what is left of each. Money that running requests hold is not taken; if it
 * returns, the next run takes it.
 * @param until epoch milliseconds: no grant is begun from then on. @default no limit
 * @returns how many grants ended
 * @throws the first error, after it has tried every grant
 */
export async function expireGrants(dependencies: FundsDependencies, until = Infinity): Promise<number> {
  const { store, timing } = dependencies;
  const due = { to: `${isoTime(timing.clock())}~` };
  let ended = 0;
  const errors: unknown[] = [];
  const endShard = async (shard: string): Promise<void> => {
    const query = { table: WALLET, partition: grantExpiryPartition(shard), sort: due };
    for await (const item of everyItem(store, query)) {
      if (timing.clock() >= until) return;
      const { sk, accountId, grantId } = dueSchema.parse(item);
      const expiresAt = sk.slice(0, sk.indexOf('#'));
      try {
        if (await expireGrant(dependencies, { accountId, grantId, expiresAt })) ended += 1;
      } catch (error) {
        errors.push(error);
      }
    }
  };
  // A grant that has ended leaves its list, so the next run goes on with the others.
  await inParallel(SHARDS, SHARDS.length, endShard);
  if (errors.length > 0) throw errors[0];
  return ended;
}

/** @returns false if a part of the grant is held, and has to wait */
async function expireGrant(dependencies: FundsDependencies, due: DueGrant): Promise<boolean> {
  const { accountId, grantId, expiresAt } = due;
  const { store, timing, newUlid } = dependencies;
  const forget = { table: WALLET, delete: grantExpiryKey(accountId, grantId, expiresAt) };
  const seen = { isOver: false };
  const changed = await changeFunds(dependencies, accountId, `${EXPIRY_PREFIX}${newUlid(timing.clock())}`, (funds) => {
    const current = spendGrants(funds.grants, funds.balance.spentPico);
    const leftPico = current.grants.find((grant) => grant.grantId === grantId)?.leftPico ?? 0n;
    const takenPico = lesser(leftPico, funds.balance.availablePico);
    seen.isOver = takenPico === leftPico;
    if (takenPico === 0n) return undefined;
    return {
      kind: 'grant_expiry',
      transfers: transfers(['available', 'expired', takenPico]),
      reference: grantId,
      grants: reduceGrant(current, grantId, takenPico),
      writes: seen.isOver ? [{ write: forget }] : [],
    };
  });
  if (changed === undefined && seen.isOver) await store.write(forget);
  return seen.isOver;
}
