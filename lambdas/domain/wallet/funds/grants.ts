import { z } from 'zod';
import { grantsKey } from '../../../contracts/storage/table-keys/funds';
import { WALLET } from '../../../contracts/storage/tables';
import { lesser } from '../../money/pico';
import type { Put } from '../../table/table-store';
import type { Item } from '../../table/value';

const grantSchema = z.object({
  grantId: z.string(),
  /** The part that was not spent when `spentPico` was read, in pico-dollars. */
  leftPico: z.bigint().nonnegative(),
  /** ISO 8601, UTC. Absent if the credit does not expire. */
  expiresAt: z.iso.datetime().optional(),
});

export const grantsSchema = z.object({
  /** The account's total of charges to which the amounts of the grants belong. */
  spentPico: z.bigint().nonnegative(),
  grants: z.array(grantSchema),
});

/** Promotional credit that an account was granted, and the part of it that is left. */
export type Grant = Readonly<z.infer<typeof grantSchema>>;

/**
 * The grants of an account that are not used up, in the order in which they are spent. Charges do not write them:
 * promotional credit is spent before all other money, so what is left follows from the account's total of charges.
 */
export interface Grants {
  readonly spentPico: bigint;
  readonly grants: readonly Grant[];
}

/** How the IDs of a grant's entry and of an expiry's entry begin. */
export const GRANT_PREFIX = 'grant_';
export const EXPIRY_PREFIX = 'expiry_';

export const NO_GRANTS: Grants = { spentPico: 0n, grants: [] };

/** The most live grants of one account. It keeps them within one small item. */
export const GRANTS_MAX = 50;

export function decodeGrants(item: Item | undefined): Grants {
  return item === undefined ? NO_GRANTS : grantsSchema.parse(item);
}

export function putGrants(accountId: string, { spentPico, grants }: Grants): Put {
  const items = grants.map(({ grantId, leftPico, expiresAt }) => ({
    grantId,
    leftPico,
    ...(expiresAt !== undefined && { expiresAt }),
  }));
  return { table: WALLET, put: { ...grantsKey(accountId), spentPico, grants: items } };
}

/** The grants after further charges. The total of charges only grows. */
export function spendGrants({ spentPico: before, grants }: Grants, spentPico: bigint): Grants {
  let unpaidPico = spentPico - before;
  const left = grants.map((grant) => {
    const paidPico = lesser(grant.leftPico, unpaidPico);
    unpaidPico -= paidPico;
    return { ...grant, leftPico: grant.leftPico - paidPico };
  });
  return { spentPico, grants: left.filter(({ leftPico }) => leftPico > 0n) };
}

/** Adds a grant. Credit that expires sooner is spent sooner. */
export function addGrant({ spentPico, grants }: Grants, grant: Grant): Grants {
  const isSpentLater = ({ expiresAt }: Grant): boolean =>
    grant.expiresAt !== undefined && (expiresAt === undefined || expiresAt > grant.expiresAt);
  const found = grants.findIndex(isSpentLater);
  const at = found === -1 ? grants.length : found;
  return { spentPico, grants: [...grants.slice(0, at), grant, ...grants.slice(at)] };
}

/** Takes money from one grant. @param takenPico at most what is left of it */
export function reduceGrant({ spentPico, grants }: Grants, grantId: string, takenPico: bigint): Grants {
  const reduced = grants.map((grant) =>
    grant.grantId === grantId ? { ...grant, leftPico: grant.leftPico - takenPico } : grant,
  );
  return { spentPico, grants: reduced.filter(({ leftPico }) => leftPico > 0n) };
}

/** The promotional credit that is left, in pico-dollars. */
export const promotionalLeft = ({ grants }: Grants): bigint => grants.reduce((sum, { leftPico }) => sum + leftPico, 0n);
