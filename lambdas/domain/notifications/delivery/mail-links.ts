import type { OptionalCategory } from '../../../contracts/http/notifications';
import { unsubscribeToken } from '../people/unsubscribe-token';

/** Below /api; people reach it from a link in a mail, without signing in. */
export const UNSUBSCRIBE_PATH = '/v1/unsubscribe';

export interface MailLinksOptions {
  /** The origin of the console and the API. @default none: mails have no links, and optional ones are not sent */
  readonly publicUrl: string | undefined;
  /** Signs unsubscribe links. */
  readonly secret: Uint8Array;
}

/** The addresses that mails link to. */
export class MailLinks {
  readonly #options: MailLinksOptions;

  constructor(options: MailLinksOptions) {
    this.#options = options;
  }

  /** The page of an account in the console, or the console itself. */
  console(accountId?: string): string | undefined {
    const { publicUrl } = this.#options;
    if (publicUrl === undefined) return undefined;
    return accountId === undefined ? publicUrl : `${publicUrl}/accounts/${accountId}`;
  }

  /** @returns undefined if the deployment has no address: then a mail that needs such a link must not be sent */
  unsubscribe(personId: string, category: OptionalCategory): string | undefined {
    const { publicUrl, secret } = this.#options;
    if (publicUrl === undefined) return undefined;
    return `${publicUrl}/api${UNSUBSCRIBE_PATH}?token=${unsubscribeToken(secret, { personId, category })}`;
  }
}
