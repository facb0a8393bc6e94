/** An IP address as a number. An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is converted to IPv4. */
export interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const GROUPS = 8;
const GROUP_BITS = 16n;
const MAPPED_PREFIX = 0xffffn;

/** @returns `undefined` if the text is not an IP address */
export function parseIpAddress(text: string): IpAddress | undefined {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return { bits: 32, value: v4 };
  const value = parseIpv6(text);
  if (value === undefined) return undefined;
  return value >> 32n === MAPPED_PREFIX ? { bits: 32, value: value & 0xffff_ffffn } : { bits: 128, value };
}

function parseIpv4(text: string): bigint | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const [head = '', tail, ...others] = text.split('::');
  if (others.length > 0) return undefined;
  const [left, right] = [groupsOf(head), tail === undefined ? [] : groupsOf(tail)];
  if (left === undefined || right === undefined) return undefined;
  const omitted = GROUPS - left.length - right.length;
  if (tail === undefined ? omitted !== 0 : omitted < 1) return undefined;
  const groups = [...left, ...Array.from({ length: omitted }, () => 0n), ...right];
  return groups.reduce((value, group) => (value << GROUP_BITS) | group, 0n);
}

/** Parses colon-separated groups. The last two groups may be written as an IPv4 address. */
function groupsOf(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const v4 = parseIpv4(parts.at(-1) ?? '');
  const hexadecimal = v4 === undefined ? parts : parts.slice(0, -1);
  if (!hexadecimal.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return undefined;
  const groups = hexadecimal.map((part) => BigInt(`0x${part}`));
  return v4 === undefined ? groups : [...groups, v4 >> GROUP_BITS, v4 & 0xffffn];
}
