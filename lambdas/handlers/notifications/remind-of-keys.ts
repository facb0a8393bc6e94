import type { ExpiringKeys } from '../../domain/keys/expiring-keys';

/**
 * Tells people about keys that end soon. It runs every six hours; running it concurrently or repeatedly tells nobody
 * twice.
 */
export const remindOfKeys =
  (keys: Pick<ExpiringKeys, 'remind'>): (() => Promise<void>) =>
  () =>
    keys.remind();
