import { parseUsd } from '../../lambdas/domain/money/pico';
import type { DevFile } from '../e2e/child-process';
import { chatBody, messagesBody } from '../e2e/local-run';
import { OUTPUT_TOKENS_MAX, promptOf } from './provider';

/** How a client asks, request after request. */
export interface Habit {
  readonly path: '/chat/completions' | '/messages';
  readonly stream: boolean;
}

/** The response to a request, as far as it arrived. */
export interface Answer {
  readonly requestId: string | undefined;
  /** Undefined if the answer broke off, or if there was none. */
  readonly status: number | undefined;
  readonly text: string;
  /** The charge that the answer names, in pico-dollars. */
  readonly costPico: bigint | undefined;
}

/**
 * Sends a request and reads its answer.
 * @param onEvent called for each event of a stream that arrives
 */
export async function ask(
  { gatewayUrl, apiKey }: Pick<DevFile, 'gatewayUrl' | 'apiKey'>,
  { path, stream }: Habit,
  request: number,
  onEvent: () => void,
): Promise<Answer> {
  const body = path === '/messages' ? messagesBody : chatBody;
  const messages = [{ role: 'user', content: promptOf(request) }];
  let requestId: string | undefined;
  try {
    const response = await fetch(`${gatewayUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body({ messages, stream, max_tokens: OUTPUT_TOKENS_MAX })),
    });
    requestId = response.headers.get('x-request-id') ?? undefined;
    const text = await read(response, stream ? onEvent : () => undefined);
    const cost = response.headers.get('x-tollgate-cost') ?? /^: x-tollgate-cost (\S+)$/m.exec(text)?.[1];
    return { requestId, status: response.status, text, costPico: cost === undefined ? undefined : parseUsd(cost) };
  } catch (error) {
    // This is how `fetch` reports that a connection was refused or dropped.
    if ((error as Error).name !== 'TypeError') throw error;
    return { requestId, status: undefined, text: '', costPico: undefined };
  }
}

async function read(response: Response, onEvent: () => void): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let events = 0;
  for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    for (const found = text.split('\n\n').length - 1; events < found; events += 1) onEvent();
  }
  return text;
}
