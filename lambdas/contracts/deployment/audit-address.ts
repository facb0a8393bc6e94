import { z } from 'zod';

/**
 * What an audit event keeps of the address that an action came from: nothing; a keyed hash, which only tells whether two
 * are the same; its network; or all of it.
 */
export const ADDRESS_POLICIES = ['none', 'hmac', 'truncated', 'full'] as const;
export type AddressPolicy = (typeof ADDRESS_POLICIES)[number];

export const ADDRESS_POLICY_DEFAULT: AddressPolicy = 'truncated';

const hmac = z.string().regex(/^hmac:[0-9a-f]{32}$/, 'a keyed hash of an address');

/** In one of the forms that a policy gives it. */
export const keptAddressSchema = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), hmac]);
