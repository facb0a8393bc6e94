import { z } from 'zod';

/** Ids carry a prefix and a ULID: sortable by time, meaningless without our tables. */
const ulid = '[0-9A-HJKMNP-TV-Z]{26}';

const idSchema = (prefix: string, what: string) =>
  z.string().regex(new RegExp(`^${prefix}_${ulid}$`), `${what} id: ${prefix}_ and a ULID`);

export const accountIdSchema = idSchema('acc', 'an account');
export const requestIdSchema = idSchema('req', 'a request');
/** A person's pseudonym: the same in every account, and nothing of who it is. */
export const personIdSchema = idSchema('per', 'a person');
export const invitationIdSchema = idSchema('inv', 'an invitation');
/** Whose tokens an account takes. */
export const trustIdSchema = idSchema('tru', 'a trust');
export const proposalIdSchema = idSchema('pro', 'a proposal');
export const keyIdSchema = z.string().regex(new RegExp(`^${ulid}$`), 'a key id: a ULID');
/** A change of the catalog is known by its number. */
export const catalogVersionSchema = z.string().regex(/^catalog@[1-9]\d{0,11}$/, 'a version of the catalog');
