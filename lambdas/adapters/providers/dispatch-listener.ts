import type { Dispatcher } from 'undici';
import type { Headers } from '../../domain/headers';
import type { ProviderCall, ProviderFailure, ProviderListener } from '../../domain/data-plane/provider/provider-client';
import { BodyDecoder } from './body-decoder';
import type { FailedDispatch } from './stale-connections';

/** Passes undici's callbacks for one request to its listener, even if the request is sent twice. */
export class DispatchListener implements Dispatcher.DispatchHandler, ProviderCall {
  readonly #listener: ProviderListener;
  /** Absent once it was used, because a request is retried only once. */
  #repeat: ((failed: FailedDispatch) => boolean) | undefined;
  /** Absent for a body that is not encoded. */
  #decoder: BodyDecoder | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #startedAt = 0;
  #answered = false;
  #aborted = false;

  /** @param repeat Sends the request again if that is allowed, and returns whether it did. */
  constructor(listener: ProviderListener, repeat: (failed: FailedDispatch) => boolean) {
    this.#listener = listener;
    this.#repeat = repeat;
  }

  resume(): void {
    if (this.#decoder) this.#decoder.resume();
    else this.#controller?.resume();
  }

  abort(): void {
    this.#aborted = true;
    this.#decoder?.destroy();
    this.#controller?.abort(new Error('aborted'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#startedAt = performance.now();
    if (this.#aborted) controller.abort(new Error('aborted'));
  }

  /** Called at the first byte of a response, possibly long before its head is complete. */
  onResponseStarted(): void {
    this.#answered = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: { [name: string]: string | string[] | undefined },
  ): void {
    // A 1xx response only announces the real one.
    if (status < 200 || this.#aborted) return;
    const received = firstValues(headers);
    this.#decoder = BodyDecoder.for(received['content-encoding'], {
      onData: (chunk) => this.#aborted || this.#listener.onData(chunk),
      onEnd: () => this.#end(),
      onBroken: () => this.#fail('broken'),
      onRoom: () => this.#controller?.resume(),
    });
    // Both headers are about the encoded body.
    const decoded = { ...received, 'content-encoding': undefined, 'content-length': undefined };
    this.#listener.onHead(status, this.#decoder ? decoded : received);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#aborted) return;
    const hasRoom = this.#decoder ? this.#decoder.write(chunk) : this.#listener.onData(chunk);
    if (!hasRoom) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#decoder && !this.#aborted) this.#decoder.end();
    else this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#aborted) return;
    const repeat = this.#repeat;
    this.#repeat = undefined;
    if (!this.#answered && repeat?.({ error, afterMs: performance.now() - this.#startedAt }) === true) return;
    this.#fail(failureOf(error));
  }

  #end(): void {
    if (this.#aborted) return;
    this.#listener.onEnd();
  }

  /** Later data and errors are ignored. */
  #fail(failure: ProviderFailure): void {
    if (this.#aborted) return;
    this.abort();
    this.#listener.onFailure(failure);
  }
}

function firstValues(headers: { [name: string]: string | string[] | undefined }): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function failureOf(error: Error): ProviderFailure {
  const code = (error as { code?: string }).code ?? '';
  if (TIMEOUTS.has(code)) return 'timeout';
  return UNREACHABLE.has(code) ? 'unreachable' : 'broken';
}
