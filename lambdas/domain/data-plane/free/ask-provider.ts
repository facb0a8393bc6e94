import type { Headers } from '../../headers';
import type { ProviderClient, ProviderFailure, ProviderRequest } from '../provider/provider-client';

/** An answer that counts something is tiny, and an error is a sentence. */
const ANSWER_BYTES_MAX = 64 * 1024;
/** A person may be waiting, and a client behind the edge is cut off after a minute. */
const ANSWER_TIMEOUT_MS = 30_000;

const BROKEN = { kind: 'failed', failure: 'broken' } as const;

/** The result of asking one provider once. */
export type Reply =
  | { readonly kind: 'failed'; readonly failure: ProviderFailure }
  /** The host ended the request, or the client left. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'body'; readonly status: number; readonly headers: Headers; readonly body: Buffer };

/**
 * Sends a request whose answer is small and costs nothing, so that it can be given up at any moment.
 * @param ends each ends the request when it is aborted
 */
export async function askProvider(
  providers: ProviderClient,
  request: ProviderRequest,
  ends: readonly AbortSignal[],
): Promise<Reply> {
  const failure = await providers.refusal?.(request.provider);
  return failure === undefined ? ask(providers, request, ends) : { kind: 'failed', failure };
}

function ask(providers: ProviderClient, request: ProviderRequest, ends: readonly AbortSignal[]): Promise<Reply> {
  const end = AbortSignal.any([...ends]);
  if (end.aborted) return Promise.resolve({ kind: 'ended' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let head: { readonly status: number; readonly headers: Headers } | undefined;
    let collected = 0;
    const finish = (reply: Reply): void => {
      clearTimeout(timer);
      end.removeEventListener('abort', onEnd);
      resolve(reply);
    };
    const giveUp = (reply: Reply): void => {
      call.abort();
      finish(reply);
    };
    const onEnd = (): void => giveUp({ kind: 'ended' });
    // A provider never answers before `send` has returned.
    const call = providers.send(request, {
      onHead: (status, headers) => {
        head = { status, headers };
      },
      onData: (chunk) => {
        collected += chunk.length;
        if (collected > ANSWER_BYTES_MAX) giveUp(BROKEN);
        else chunks.push(chunk);
        return true;
      },
      onEnd: () => finish(head ? { kind: 'body', ...head, body: Buffer.concat(chunks) } : BROKEN),
      onFailure: (failure) => finish({ kind: 'failed', failure }),
    });
    const timer = setTimeout(() => giveUp({ kind: 'failed', failure: 'timeout' }), ANSWER_TIMEOUT_MS);
    end.addEventListener('abort', onEnd);
  });
}
