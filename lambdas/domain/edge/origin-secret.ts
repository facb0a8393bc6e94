import { createHash, timingSafeEqual } from 'node:crypto';
import { ORIGIN_SECRET_HEADER } from '../../contracts/deployment/edge';

/**
 * Whether a request came through CloudFront, which adds the origin secret.
 * @param headers the request's headers by their lower-case names
 * @param secrets the current origin secret and, during a rotation, the previous one
 */
export function isFromEdge(
  headers: { readonly [name: string]: string | undefined },
  secrets: readonly string[],
): boolean {
  const actual = digest(headers[ORIGIN_SECRET_HEADER] ?? '');
  return secrets.filter((secret) => secret !== '' && timingSafeEqual(actual, digest(secret))).length > 0;
}

/** `timingSafeEqual` needs inputs of equal length, which digests have. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
