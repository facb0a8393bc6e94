import { createHash, timingSafeEqual } from 'node:crypto';
import type { Headers } from './exchange';

/** CloudFront adds it to what it sends to the function URL, which anybody could call otherwise. */
export const ORIGIN_SECRET_HEADER = 'x-tollgate-origin-secret';

/** @param secrets the current value and, while it rotates, the one before */
export function isFromEdge(headers: Headers, secrets: readonly string[]): boolean {
  const given = digest(headers[ORIGIN_SECRET_HEADER] ?? '');
  return secrets.filter((secret) => secret !== '' && timingSafeEqual(given, digest(secret))).length > 0;
}

/** Digests have one length, whatever is compared. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
