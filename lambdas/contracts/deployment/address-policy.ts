import { z } from 'zod';

/**
 * How much of a client's IP address any record of a deployment keeps, be it an audit event or a line of a log: nothing, a
 * keyed hash that only shows whether two addresses are equal, the network, or the full address. A log whose writer cannot
 * shorten an address contains none, or is off.
 */
export const ADDRESS_POLICIES = ['none', 'hmac', 'truncated', 'full'] as const;
export type AddressPolicy = (typeof ADDRESS_POLICIES)[number];

export const ADDRESS_POLICY_DEFAULT: AddressPolicy = 'truncated';

const hmac = z.string().regex(/^hmac:[0-9a-f]{32}$/, 'must be a keyed hash of an address');

/** An address in any of the forms that a policy records. */
export const keptAddressSchema = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), hmac]);
