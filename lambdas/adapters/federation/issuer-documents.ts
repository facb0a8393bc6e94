import { Agent, type Dispatcher, request } from 'undici';
import { isPublicUrl } from '../../contracts/http/public-url';
import { publicLookup } from '../egress/public-lookup';

/** Enough for about thirty keys, which is more than any issuer publishes. */
const DOCUMENT_BYTES_MAX = 64 * 1024;
const CONNECT_MS_MAX = 3_000;

/** An issuer's document could not be fetched, or its address is not allowed. */
export class DocumentUnavailable extends Error {
  override readonly name = 'DocumentUnavailable';
}

/** Fetches and parses a JSON document. */
export type FetchDocument = (url: string, signal: AbortSignal) => Promise<unknown>;

/**
 * Creates a fetcher for JSON documents at untrusted URLs. It connects only over HTTPS and only to public addresses,
 * limits the size, does not follow redirects, and sends no credentials.
 *
 * @param dispatcher @default an agent that connects to public addresses only
 * @returns a fetcher that throws DocumentUnavailable when it cannot return a document
 */
export function documentFetcher(dispatcher: Dispatcher = publicAgent()): FetchDocument {
  return async (url, signal) => {
    if (!isPublicUrl(url)) throw new DocumentUnavailable();
    try {
      const { statusCode, body } = await request(url, { dispatcher, signal, headers: { accept: 'application/json' } });
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (statusCode !== 200 || bytes > DOCUMENT_BYTES_MAX) throw new DocumentUnavailable();
        chunks.push(chunk);
      }
      if (statusCode !== 200) throw new DocumentUnavailable();
      return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
    } catch (cause) {
      throw new DocumentUnavailable('an issuer’s document could not be fetched', { cause });
    }
  };
}

const publicAgent = (): Agent =>
  new Agent({ connect: { lookup: publicLookup, timeout: CONNECT_MS_MAX }, connections: 2, pipelining: 0 });
