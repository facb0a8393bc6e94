import { parseIpAddress } from '../../contracts/http/ip-address';

const MAPPED_BITS = 96;

/** @param range in CIDR notation, already validated; bits behind its prefix do not count */
export function isInRange(address: string, range: string): boolean {
  const [base = '', length = ''] = range.split('/');
  const [one, other] = [parseIpAddress(address), parseIpAddress(base)];
  if (one === undefined || other === undefined || one.bits !== other.bits) return false;
  // The length of a range of mapped addresses counts the bits before the IPv4 address too.
  const prefix = Number(length) - (base.includes(':') && other.bits === 32 ? MAPPED_BITS : 0);
  if (prefix < 0) return false;
  const rest = BigInt(other.bits - prefix);
  return one.value >> rest === other.value >> rest;
}
