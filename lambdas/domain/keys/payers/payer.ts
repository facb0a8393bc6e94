import { accountKey, MEMBER_PREFIX, memberKey } from '../../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import type { Actor } from '../../access/actor';
import { decodeAccount, isActiveAnd } from '../../accounts/account-item';
import { decodeMember } from '../../accounts/member-item';
import { inParallel } from '../../in-parallel';
import type { GuardedWrite } from '../../table/commit';
import { absent, exists } from '../../table/condition';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import { PayerNotMember, PayerRequired } from '../keys-errors';

const CONCURRENT_READS_MAX = 20;

/** The payer of a new key, and what has to be true when the key is stored. */
export interface Payer {
  /** Absent in an account without members, until it gets its first owner. */
  readonly payer: string | undefined;
  /** The condition on the account. @default it is active */
  readonly isOpen?: GuardedWrite;
  readonly isPayer: readonly GuardedWrite[];
}

/**
 * Decides who pays for a new key or trust. Every key has exactly one paying member, as soon as its account has members.
 * @param by.named the member who is to pay. @default the member who acts
 * @throws PayerRequired when nobody is named or acts although the account has members
 */
export async function payerOf(
  store: TableStore,
  accountId: string,
  { named, actor }: { readonly named: string | undefined; readonly actor: Actor },
): Promise<Payer> {
  const acting = actor.kind === 'member' ? actor.personId : undefined;
  const payer = named ?? acting;
  // The role of a member who acts is checked anyway, and a transaction can check an item only once.
  if (payer !== undefined) return { payer, isPayer: payer === acting ? [] : [isMember(accountId, payer)] };
  if ((await ownerOf(store, accountId)) !== undefined) throw new PayerRequired(await memberNames(store, accountId));
  const isOpen = isActiveAnd(accountId, absent('ownerId'), () => new PayerRequired(['those who have just joined']));
  return { payer, isOpen, isPayer: [] };
}

/** The owner of an account, who pays for keys without a payer. */
export async function ownerOf(store: Pick<TableStore, 'get'>, accountId: string): Promise<string | undefined> {
  const item = await store.get({ table: ACCOUNTS, key: accountKey(accountId) });
  return item && decodeAccount(item).ownerId;
}

/** The precondition that a payer is a member of the account. */
export const isMember = (accountId: string, personId: string): GuardedWrite => ({
  write: { table: ACCOUNTS, check: memberKey(accountId, personId), when: exists() },
  otherwise: () => new PayerNotMember(),
});

/** @throws PayerNotMember when one of the persons is not a member of the account */
export async function expectMembers(
  store: Pick<TableStore, 'get'>,
  accountId: string,
  personIds: readonly string[],
): Promise<void> {
  await inParallel(personIds, CONCURRENT_READS_MAX, async (personId) => {
    if (!(await store.get({ table: ACCOUNTS, key: memberKey(accountId, personId) }))) throw new PayerNotMember();
  });
}

async function memberNames(store: TableStore, accountId: string): Promise<readonly string[]> {
  const names: string[] = [];
  const query = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: MEMBER_PREFIX } };
  for await (const item of everyItem(store, query)) {
    const { personId, role } = decodeMember(item);
    names.push(`${personId} (${role})`);
  }
  return names;
}
