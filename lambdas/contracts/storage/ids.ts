import { z } from 'zod';

/** Ids are a prefix and a ULID. They sort by time and mean nothing to anyone without access to the tables. */
const ulid = '[0-9A-HJKMNP-TV-Z]{26}';

const idSchema = (prefix: string, noun: string) =>
  z.string().regex(new RegExp(`^${prefix}_${ulid}$`), `must be ${noun} ID: ${prefix}_ followed by a ULID`);

export const accountIdSchema = idSchema('acc', 'an account');
export const requestIdSchema = idSchema('req', 'a request');
/** A person's pseudonym. It is the same in every account and reveals nothing about the person. */
export const personIdSchema = idSchema('per', 'a person');
export const invitationIdSchema = idSchema('inv', 'an invitation');
export const trustIdSchema = idSchema('tru', 'a trust');
export const proposalIdSchema = idSchema('pro', 'a proposal');
export const keyIdSchema = z.string().regex(new RegExp(`^${ulid}$`), 'must be a key ID: a ULID');
/** The audit log refers to a change of the catalog by its number. */
export const catalogVersionSchema = z
  .string()
  .regex(/^catalog@[1-9]\d{0,11}$/, 'must be a version of the catalog, such as catalog@12');
