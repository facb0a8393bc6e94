import type { AttemptOutcome } from '../../../contracts/storage/webhook-state';
import type { SignedEvent } from './signed-event';

/** The end of a request. Nothing of the answer but its status is kept. */
export type WebhookAnswer =
  | { readonly outcome: 'answered'; readonly status: number }
  | { readonly outcome: Exclude<AttemptOutcome, 'answered' | 'not_signed'> };

/** Sends an event to a URL that an account has named, and which is therefore not trusted. */
export interface WebhookClient {
  /**
   * Follows no redirect, and connects to no address that is not on the public internet. It ends within ATTEMPT_MS_MAX
   * and does not throw.
   */
  post(url: string, request: SignedEvent): Promise<WebhookAnswer>;
}
