import { createHmac } from 'node:crypto';
import type { AddressPolicy } from '../../contracts/deployment/audit-address';
import { parseIpAddress } from '../../contracts/http/ip-address';
import { networkOf } from '../attempts/network-of';

/** A network of an organisation, in which no one house can be told from the next. */
const IPV4_NETWORK_BITS = 24n;
const IPV6_NETWORK_BITS = 48n;

const IPV4 = { partBits: 8n, bits: 32n, radix: 10, separator: '.' } as const;
const IPV6 = { partBits: 16n, bits: 128n, radix: 16, separator: ':' } as const;
const HMAC_HEX = 32;

/** What of an address may be kept. */
export type KeepAddress = (address: string | undefined) => string | undefined;

/**
 * @param secret what addresses are hashed with: without it nobody finds one by trying them all
 * @returns what the policy leaves of an address; nothing of what is none
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

/** Every part of it: short forms of IPv6 are many, this is one. */
function written(value: bigint, { partBits, bits, radix, separator }: typeof IPV4 | typeof IPV6): string {
  const parts: string[] = [];
  for (let shift = bits - partBits; shift >= 0n; shift -= partBits)
    parts.push(BigInt.asUintN(Number(partBits), value >> shift).toString(radix));
  return parts.join(separator);
}
