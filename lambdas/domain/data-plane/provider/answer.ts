import type { AnswerReading, StreamReading } from '../../dialects/endpoint';
import type { Headers } from '../../headers';
import type { StopReason } from '../stop-errors';
import type { ProviderFailure } from './provider-client';

/**
 * The reading of a whole answer. Its usage covers all of it, unless the provider answered with events of which some are
 * missing.
 */
export type WholeReading = AnswerReading & Partial<Pick<StreamReading, 'isUsageFinal'>>;

/** An answer that a provider gave in one piece, good or bad. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** The endpoint's reading of the body; undefined when it is not the answer that was asked for. */
  readonly reading: WholeReading | undefined;
}

/** The result of one attempt at one provider. */
export type Answer =
  /** There is no answer, or it broke off before the client saw any of it. */
  | { readonly kind: 'failed'; readonly failure: ProviderFailure }
  /** The client disconnected before an answer began; `sent` says whether the request had been sent to the provider. */
  | { readonly kind: 'gone'; readonly sent: boolean }
  /** The account cancelled the request before an answer began, or while a whole one was awaited. */
  | { readonly kind: 'cancelled'; readonly sent: boolean }
  /** The gateway ended the request before an answer began, or while a whole one was awaited. */
  | { readonly kind: 'stopped'; readonly reason: StopReason; readonly sent: boolean }
  /** A whole answer, successful or not. */
  | ({ readonly kind: 'body' } & WholeAnswer)
  /**
   * A large whole answer that was passed to the client as it arrived. `rest` is its end, which waits for the charge;
   * undefined when nothing was passed on, because the client has an event stream.
   */
  | { readonly kind: 'passed'; readonly reading: WholeReading; readonly rest: Buffer | undefined }
  /** A large whole answer that broke off after the client had seen a part of it; a slow client may be the cause. */
  | { readonly kind: 'broken_off'; readonly wasClientSlow: boolean }
  /** A whole answer that is too large to be passed on: the provider did its work, but the client cannot get it. */
  | { readonly kind: 'oversized' }
  /** A stream whose events were passed to the client as they arrived. */
  | {
      readonly kind: 'stream';
      readonly end: 'whole' | 'cut' | 'gone' | 'cancelled' | StopReason;
      readonly reading: StreamReading;
    };
