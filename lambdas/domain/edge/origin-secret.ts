import { createHash, timingSafeEqual } from 'node:crypto';
import { ORIGIN_SECRET_HEADER } from '../../contracts/deployment/edge';

/**
 * @param headers by their names in lower case
 * @param secrets the current value and, while it rotates, the one before
 */
export function isFromEdge(
  headers: { readonly [name: string]: string | undefined },
  secrets: readonly string[],
): boolean {
  const given = digest(headers[ORIGIN_SECRET_HEADER] ?? '');
  return secrets.filter((secret) => secret !== '' && timingSafeEqual(given, digest(secret))).length > 0;
}

/** Digests have one length, whatever is compared. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
