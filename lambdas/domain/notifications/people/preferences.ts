import { z } from 'zod';
import {
  type MailPreferences,
  OPTIONAL_CATEGORIES,
  type OptionalCategory,
} from '../../../contracts/http/notifications';
import { mailPreferencesKey } from '../../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import type { TableStore } from '../../table/table-store';

/** A category that a person has never decided on is sent: every such mail has a link that ends it. */
export const storedSchema = z.object({
  product: z.boolean().default(true),
  lowBalance: z.boolean().default(true),
  budget: z.boolean().default(true),
});

/** Which optional mails each person gets. */
export class Preferences {
  readonly #store: TableStore;

  constructor({ store }: { readonly store: TableStore }) {
    this.#store = store;
  }

  async of(personId: string): Promise<MailPreferences> {
    const item = await this.#store.get({ table: ACCOUNTS, key: mailPreferencesKey(personId) });
    return storedSchema.parse(item ?? {});
  }

  async replace(personId: string, preferences: MailPreferences): Promise<MailPreferences> {
    const set = Object.fromEntries(OPTIONAL_CATEGORIES.map((category) => [category, preferences[category]]));
    await this.#store.write({ table: ACCOUNTS, update: mailPreferencesKey(personId), change: { set } });
    return preferences;
  }

  /** Ends the mails of one category and leaves the others as they are. Repeating it has no effect. */
  async decline(personId: string, category: OptionalCategory): Promise<void> {
    const set = { [category]: false };
    await this.#store.write({ table: ACCOUNTS, update: mailPreferencesKey(personId), change: { set } });
  }
}
