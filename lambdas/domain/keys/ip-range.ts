import { parseIpAddress } from '../../contracts/http/ip-address';

const MAPPED_BITS = 96;

/** @param range validated CIDR notation; bits after the prefix are ignored */
export function isInRange(address: string, range: string): boolean {
  const slashAt = range.lastIndexOf('/');
  const [base, length] = [range.slice(0, slashAt), range.slice(slashAt + 1)];
  const [one, other] = [parseIpAddress(address), parseIpAddress(base)];
  if (one === undefined || other === undefined || one.bits !== other.bits) return false;
  // The prefix of an IPv4-mapped range also counts the 96 bits before the IPv4 address.
  const prefix = Number(length) - (base.includes(':') && other.bits === 32 ? MAPPED_BITS : 0);
  if (prefix < 0) return false;
  const rest = BigInt(other.bits - prefix);
  return one.value >> rest === other.value >> rest;
}
