import { Agent, errors, request } from 'undici';
import { isLoopbackUrl, isWebhookUrl } from '../../contracts/http/webhooks';
import type { SignedEvent } from '../../domain/notifications/webhooks/signed-event';
import type { WebhookAnswer, WebhookClient } from '../../domain/notifications/webhooks/webhook-client';
import { AddressNotPublic, publicLookup } from '../egress/public-lookup';

/** A receiver has this long to accept an event, with the connection and the answer. */
export const ATTEMPT_MS_MAX = 15_000;
const CONNECT_MS_MAX = 5_000;
/** A receiver that sends more is cut off. Its status still counts. */
export const ANSWER_BYTES_MAX = 64 * 1024;

export interface UndiciWebhookClientOptions {
  /** Connects to receivers. @default to public addresses only */
  readonly connect?: NonNullable<Agent.Options['connect']>;
  /** Whether it may also send to the machine itself, over HTTP: for a local run. @default no */
  readonly allowsLoopback?: boolean;
  /** @default ATTEMPT_MS_MAX */
  readonly attemptMsMax?: number;
}

/**
 * Sends events to URLs that accounts have named. Each attempt has a connection of its own to an address that was checked,
 * whatever the host name resolves to a moment later. Redirects are not followed.
 */
export class UndiciWebhookClient implements WebhookClient {
  readonly #options: UndiciWebhookClientOptions;

  constructor(options: UndiciWebhookClientOptions = {}) {
    this.#options = options;
  }

  async post(url: string, { headers, body }: SignedEvent): Promise<WebhookAnswer> {
    const { attemptMsMax = ATTEMPT_MS_MAX, allowsLoopback = false } = this.#options;
    if (!isWebhookUrl(url) && !(allowsLoopback && isLoopbackUrl(url))) return { outcome: 'not_public' };
    const agent = this.#openAgent(url);
    const signal = AbortSignal.timeout(attemptMsMax);
    try {
      const answer = await request(url, { dispatcher: agent, method: 'POST', headers, body, signal });
      // Some receivers stop their work when the connection ends before they have answered in full.
      await answer.body.dump({ limit: ANSWER_BYTES_MAX, signal }).catch(() => undefined);
      return { outcome: 'answered', status: answer.statusCode };
    } catch (error) {
      return { outcome: outcomeOf(error, signal) };
    } finally {
      await agent.destroy();
    }
  }

  #openAgent(url: string): Agent {
    const { connect = { lookup: publicLookup, timeout: CONNECT_MS_MAX } } = this.#options;
    // The URL's check has made sure that the host is a name: an address would be connected to without a lookup.
    return new Agent({
      connect: isWebhookUrl(url) ? connect : { timeout: CONNECT_MS_MAX },
      pipelining: 0,
      allowH2: false,
    });
  }
}

function outcomeOf(error: unknown, signal: AbortSignal): 'timed_out' | 'not_public' | 'not_reached' {
  if (error instanceof AddressNotPublic) return 'not_public';
  const isLate = error instanceof errors.ConnectTimeoutError || error instanceof errors.HeadersTimeoutError;
  return signal.aborted || isLate ? 'timed_out' : 'not_reached';
}
