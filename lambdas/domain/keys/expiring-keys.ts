import { everyAccount } from '../accounts/directory';
import { type Clock, DAY_MS } from '../clock';
import { keyExpiring } from '../notifications/outbox/messages';
import { notifyOnce } from '../notifications/outbox/outbox';
import { inParallel } from '../receipts/in-parallel';
import { systemTiming, type Timing } from '../table/retry';
import type { TableStore } from '../table/table-store';
import { endOf, type KeyInfo } from './key-item';
import { everyListing } from './key-listing';

/** How many days before a key's end its people are told, the last reminder first. */
export const REMINDER_DAYS = [1, 7] as const;
/** The accounts whose keys are read at the same time. */
const ACCOUNTS_AT_ONCE = 20;

export interface ExpiringKeysOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  /** @default the system's */
  readonly timing?: Timing;
}

/**
 * Tells people a week and a day before a key ends, once each. A message exists for longer than its reminder is due, so
 * any number of runs make one of each.
 */
export class ExpiringKeys {
  readonly #options: ExpiringKeysOptions;

  constructor(options: ExpiringKeysOptions) {
    this.#options = options;
  }

  /** Looks at the keys of every account. @throws the first error, after it has looked at all */
  async remind(): Promise<void> {
    const errors: unknown[] = [];
    let accounts: string[] = [];
    const lookAt = async (): Promise<void> => {
      await inParallel(accounts, ACCOUNTS_AT_ONCE, (accountId) =>
        this.#remindOf(accountId).catch((error: unknown) => errors.push(error)),
      );
      accounts = [];
    };
    for await (const accountId of everyAccount(this.#options.store)) {
      accounts.push(accountId);
      if (accounts.length >= ACCOUNTS_AT_ONCE) await lookAt();
    }
    await lookAt();
    if (errors.length > 0) throw errors[0];
  }

  async #remindOf(accountId: string): Promise<void> {
    const { store, clock, timing = systemTiming(clock) } = this.#options;
    for await (const key of everyListing(store, accountId)) {
      const days = reminderOf(key, clock());
      if (days === undefined) continue;
      const endsAt = new Date(endOf(key)).toISOString();
      await notifyOnce({ store, clock, timing }, keyExpiring({ accountId, keyId: key.keyId, endsAt, days }));
    }
  }
}

/**
 * The reminder that is due, if any. A key that was made for a shorter time needs none, such as one that was exchanged for
 * a token. The end of a replaced key was told when it was replaced.
 */
function reminderOf(key: KeyInfo, now: number): (typeof REMINDER_DAYS)[number] | undefined {
  const end = endOf(key);
  if (key.revokedAt !== undefined || key.replacedBy !== undefined || end <= now) return undefined;
  const days = REMINDER_DAYS.find((each) => end - now <= each * DAY_MS);
  return days !== undefined && Date.parse(key.createdAt) < end - days * DAY_MS ? days : undefined;
}
