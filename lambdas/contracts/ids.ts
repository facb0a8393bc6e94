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
export const keyIdSchema = z.string().regex(new RegExp(`^${ulid}$`), 'a key id: a ULID');
