import type { OptionalCategory } from '../../../contracts/http/notifications';
import { unsubscribeToken } from '../people/unsubscribe-token';

/** Below /api; people reach it from a link in a mail, without signing in. */
export const UNSUBSCRIBE_PATH = '/v1/unsubscribe';

/** Below /api. @param erasureId an ID, or the name of a path parameter */
export const certificatePath = (erasureId: string): `/v1/${string}` => `/v1/erasures/${erasureId}/certificate`;

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

  /** Where the certificate of an erasure will be. It needs no sign-in, because its reader may have no user any more. */
  certificate(erasureId: string): string | undefined {
    const { publicUrl } = this.#options;
    return publicUrl === undefined ? undefined : `${publicUrl}/api${certificatePath(erasureId)}`;
  }

  /** @returns undefined if the deployment has no address: then a mail that needs such a link must not be sent */
  unsubscribe(personId: string, category: OptionalCategory): string | undefined {
    const { publicUrl, secret } = this.#options;
    if (publicUrl === undefined) return undefined;
    return `${publicUrl}/api${UNSUBSCRIBE_PATH}?token=${unsubscribeToken(secret, { personId, category })}`;
  }
}
