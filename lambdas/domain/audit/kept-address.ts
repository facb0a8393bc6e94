import { createHmac } from 'node:crypto';
import type { AddressPolicy } from '../../contracts/deployment/address-policy';
import { parseIpAddress } from '../../contracts/http/ip-address';
import { networkOf } from '../attempts/network-of';

/** Prefixes of a whole network, within which one household cannot be told from another. */
const IPV4_NETWORK_BITS = 24n;
const IPV6_NETWORK_BITS = 48n;

const IPV4 = { partBits: 8n, bits: 32n, radix: 10, separator: '.' } as const;
const IPV6 = { partBits: 16n, bits: 128n, radix: 16, separator: ':' } as const;
const HMAC_HEX = 32;

/** Reduces an address to the part that may be kept. */
export type KeepAddress = (address: string | undefined) => string | undefined;

/**
 * @param secret the key of the hash, which prevents finding an address by trying them all
 * @returns the part of an address that the policy keeps; undefined for text that is not an address
 */
export function keepAddressBy(policy: AddressPolicy, secret: Uint8Array): KeepAddress {
  return (address) => {
    const parsed = address === undefined ? undefined : parseIpAddress(address);
    if (address === undefined || parsed === undefined) return undefined;
    const { bits, value } = parsed;
    const [form, networkBits] = bits === 32 ? [IPV4, IPV4_NETWORK_BITS] : [IPV6, IPV6_NETWORK_BITS];
    switch (policy) {
      case 'none':
        return undefined;
      case 'hmac':
        return `hmac:${createHmac('sha256', secret).update(networkOf(address)).digest('hex').slice(0, HMAC_HEX)}`;
      case 'truncated': {
        const hostBits = form.bits - networkBits;
        return `${written((value >> hostBits) << hostBits, form)}/${networkBits}`;
      }
      case 'full':
        return written(value, form);
    }
  };
}

/** Writes out every part, because an IPv6 address has many short forms and only one long one. */
function written(value: bigint, { partBits, bits, radix, separator }: typeof IPV4 | typeof IPV6): string {
  const parts: string[] = [];
  for (let shift = bits - partBits; shift >= 0n; shift -= partBits)
    parts.push(BigInt.asUintN(Number(partBits), value >> shift).toString(radix));
  return parts.join(separator);
}
