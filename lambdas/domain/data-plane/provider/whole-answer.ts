import type { Endpoint } from '../../../contracts/storage/catalog';
import type { Headers } from '../exchange';
import { isEventStream } from './provider-headers';

/** An answer that a provider gave in one piece, good or bad. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /**
   * Whether it is what was asked for. Not every answer of status 200 is: some providers put their errors there, a proxy
   * in front of one may answer with a page, or break off without saying so. Whoever got none of the model's work does
   * not pay for it.
   */
  readonly isAnswer: boolean;
  /** What it says of its usage, as the provider wrote it; undefined where it says nothing. */
  readonly usage: unknown;
}

/** The member that holds the model's work. */
const WORK: { readonly [endpoint in Endpoint]: string } = { chat: 'choices', messages: 'content', embeddings: 'data' };

/** Parses the body once, and keeps nothing of it but the verdict and the usage. */
export function readWholeAnswer(endpoint: Endpoint, status: number, headers: Headers, body: Buffer): WholeAnswer {
  const answer = { status, headers, body, usage: undefined };
  if (status < 200 || status >= 300) return { ...answer, isAnswer: false };
  if (isEventStream(headers)) return { ...answer, isAnswer: body.length > 0 };
  const json = parseObject(body);
  const isError = json?.['error'] !== undefined && json['error'] !== null;
  return { ...answer, isAnswer: !isError && Array.isArray(json?.[WORK[endpoint]]), usage: json?.['usage'] };
}

function parseObject(body: Buffer): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? (value as { [name: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}
