import type { IncomingMessage } from 'node:http';
import { InvalidRequest, PayloadTooLarge, ServiceUnavailable } from '../../../lambdas/domain/errors/app-error';
import type { MemoryShare } from './memory-share';

/** How much of a refused body is read and discarded, so that its sender gets to read the refusal. */
const DISCARD_BYTES_MAX = 64 * 1024 * 1024;
const DISCARD_MS = 2_000;

interface ReadOptions {
  readonly bytesMax: number;
  /** Counts the bytes as they arrive. While it has no room, the client is not read from. */
  readonly memory: MemoryShare;
  /** The longest that the body waits for memory. */
  readonly waitMs: number;
}

/**
 * Reads the whole body.
 * @throws PayloadTooLarge as soon as the body exceeds the limit, or immediately when its declared length does
 * @throws InvalidRequest when the client disconnects before the end of the body
 * @throws ServiceUnavailable when the process has no memory for the body
 */
export function readBody(request: IncomingMessage, { bytesMax, memory, waitMs }: ReadOptions): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return Promise.reject(new PayloadTooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let wait: NodeJS.Timeout | undefined;
    const refuse = (error: Error): void => {
      request.off('data', onData).pause();
      reject(error);
    };
    const onRoom = (): void => {
      clearTimeout(wait);
      request.resume();
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > bytesMax) return refuse(new PayloadTooLarge(bytesMax));
      chunks.push(chunk);
      if (memory.keepBody(length, onRoom)) return;
      request.pause();
      wait = setTimeout(() => refuse(new ServiceUnavailable()), waitMs);
    };
    request
      .on('data', onData)
      .on('end', () => resolve(Buffer.concat(chunks)))
      .on('error', () => reject(new InvalidRequest('The request body ended early.')))
      .on('close', () => {
        clearTimeout(wait);
        if (!request.readableEnded) reject(new InvalidRequest('The request body ended early.'));
      });
  });
}

/** Resolves once the rest of the body was received, or a limit of bytes or time was reached. */
export function discard(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let length = 0;
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, DISCARD_MS);
    request
      .on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > DISCARD_BYTES_MAX) end();
      })
      .on('end', end)
      .on('close', end)
      .on('error', end)
      .resume();
  });
}
