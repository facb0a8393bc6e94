import { createHmac, timingSafeEqual } from 'node:crypto';
import { OPTIONAL_CATEGORIES, type OptionalCategory } from '../../../contracts/http/notifications';

/** The mails that a link ends. */
export interface Unsubscription {
  readonly personId: string;
  readonly category: OptionalCategory;
}

const SHAPE = /^tgu_([0-9A-HJKMNP-TV-Z]{26})_([A-Za-z]{1,20})_([\w-]{43})$/;
const TOKEN_CHARACTERS_MAX = 128;
const PREFIX_CHARACTERS = 4;

/**
 * The token of an unsubscribe link. It names the person by their pseudonym and has no address. It never expires, because
 * an old mail must still be able to end mails; all it can do is that.
 */
export function unsubscribeToken(secret: Uint8Array, { personId, category }: Unsubscription): string {
  const signed = `${personId.slice(PREFIX_CHARACTERS)}_${category}`;
  return `tgu_${signed}_${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** @returns undefined for a token that was not made with this secret */
export function readUnsubscribeToken(secret: Uint8Array, token: string): Unsubscription | undefined {
  if (token.length > TOKEN_CHARACTERS_MAX) return undefined;
  const [, person, name] = SHAPE.exec(token) ?? [];
  const category = OPTIONAL_CATEGORIES.find((each) => each === name);
  if (person === undefined || category === undefined) return undefined;
  const unsubscription = { personId: `per_${person}`, category };
  const expected = Buffer.from(unsubscribeToken(secret, unsubscription));
  const presented = Buffer.from(token);
  return presented.length === expected.length && timingSafeEqual(presented, expected) ? unsubscription : undefined;
}
