import { z } from 'zod';
import { IDENTITY_CHECKS } from '../../contracts/storage/export';
import { personIdSchema } from '../../contracts/storage/ids';
import { openValue } from '../../contracts/storage/open-values';
import { restrictionKey } from '../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { TableStore } from '../table/table-store';
import type { Item } from '../table/value';

export const restrictionSchema = z.object({
  restrictedAt: z.iso.datetime(),
  /** Absent if a command of the deployment restricted it. */
  requestedBy: personIdSchema.optional(),
  /** Present if an operator restricted it for the owner. */
  identityCheck: openValue(IDENTITY_CHECKS).optional(),
});

/** A person's or an account's wish that their data is stored and not otherwise processed. */
export type Restriction = Readonly<z.infer<typeof restrictionSchema>>;

export const decodeRestriction = (item: Item): Restriction => restrictionSchema.parse(item);

/** @param ownerId an account or a person */
export async function findRestriction(
  store: Pick<TableStore, 'get'>,
  ownerId: string,
): Promise<Restriction | undefined> {
  const item = await store.get({ table: ACCOUNTS, key: restrictionKey(ownerId) });
  return item && decodeRestriction(item);
}

/** Whether the processing of the data of an account or a person is restricted. */
export async function isRestricted(store: Pick<TableStore, 'get'>, ownerId: string): Promise<boolean> {
  return (await store.get({ table: ACCOUNTS, key: restrictionKey(ownerId) })) !== undefined;
}
