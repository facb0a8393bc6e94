import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { StoredSecret, StoredWebhook } from './webhook-item';

const SECRET_ID_BYTES = 16;

/**
 * The secrets that sign events. A secret is an HMAC of its IDs under a secret of the deployment, so it is stored nowhere:
 * neither a backup nor a reader of the table has it.
 */
export class WebhookSecrets {
  readonly #secret: Uint8Array;

  /** @param secret derived from the pepper */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** @returns a new secret, and what is stored of it */
  create(webhookId: string): { readonly secret: string; readonly stored: StoredSecret } {
    const secretId = randomBytes(SECRET_ID_BYTES).toString('hex');
    const secret = this.#secretOf(webhookId, secretId);
    return { secret, stored: { secretId, hash: hashOf(secret) } };
  }

  /**
   * The secrets that sign now: the current one first, and the one before while its grace period lasts. One that cannot be
   * derived any more, because the pepper was replaced, is left out.
   * @param now epoch milliseconds
   */
  signing({ webhookId, secrets }: Pick<StoredWebhook, 'webhookId' | 'secrets'>, now: number): readonly string[] {
    return secrets
      .filter(({ signsUntil }) => signsUntil === undefined || signsUntil > now)
      .map(({ secretId, hash }) => ({ secret: this.#secretOf(webhookId, secretId), hash }))
      .filter(({ secret, hash }) => hashOf(secret) === hash)
      .map(({ secret }) => secret);
  }

  /** As the Standard Webhooks libraries expect it. */
  #secretOf(webhookId: string, secretId: string): string {
    const bytes = createHmac('sha256', this.#secret)
      .update(JSON.stringify([webhookId, secretId]))
      .digest();
    return `whsec_${bytes.toString('base64')}`;
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
