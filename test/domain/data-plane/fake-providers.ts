import type { ProviderSettings } from '../../../lambdas/contracts/storage/catalog';
import type { Headers } from '../../../lambdas/domain/headers';
import type {
  ProviderCall,
  ProviderClient,
  ProviderFailure,
  ProviderListener,
  ProviderRefusal,
  ProviderRequest,
} from '../../../lambdas/domain/data-plane/provider/provider-client';

export const SSE = { 'content-type': 'text/event-stream' };
export const JSON_TYPE = { 'content-type': 'application/json' };

/** One request to a provider, and methods to respond to it. */
export class FakeCall implements ProviderCall {
  readonly request: ProviderRequest;
  aborted = false;
  resumes = 0;
  readonly #listener: ProviderListener;

  constructor(request: ProviderRequest, listener: ProviderListener) {
    this.request = request;
    this.#listener = listener;
  }

  get json(): { readonly [name: string]: unknown } {
    return JSON.parse(this.request.body.toString()) as { [name: string]: unknown };
  }

  head(status = 200, headers: Headers = JSON_TYPE): void {
    if (!this.aborted) this.#listener.onHead(status, headers);
  }

  /** @returns whether there is room for more */
  data(text: string | Buffer): boolean {
    return this.aborted || this.#listener.onData(Buffer.from(text as string));
  }

  end(): void {
    if (!this.aborted) this.#listener.onEnd();
  }

  fail(failure: ProviderFailure = 'broken'): void {
    if (!this.aborted) this.#listener.onFailure(failure);
  }

  resume(): void {
    this.resumes += 1;
  }

  abort(): void {
    this.aborted = true;
  }
}

/** More turns of the event loop than any admission needs. */
const TURNS_MAX = 1_000;

export type Play = (call: FakeCall) => void;

/** Providers that a test directs with one play per call. The last play is repeated. */
export class FakeProviders implements ProviderClient {
  readonly calls: FakeCall[] = [];
  /** Why a provider may get no content, by its ID. */
  readonly refusals = new Map<string, ProviderRefusal>();
  #plays: readonly Play[] = [];

  play(...plays: readonly Play[]): void {
    this.#plays = plays;
    this.calls.length = 0;
  }

  /** Resolves to the call with this number, once it has been made. */
  async asked(count = 1): Promise<FakeCall> {
    for (let turns = 0; turns < TURNS_MAX; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const call = this.calls[count - 1];
      if (call) return call;
    }
    throw new Error('no provider was asked');
  }

  refusal({ id }: ProviderSettings): Promise<ProviderRefusal | undefined> {
    return Promise.resolve(this.refusals.get(id));
  }

  send(request: ProviderRequest, listener: ProviderListener): ProviderCall {
    const call = new FakeCall(request, listener);
    this.calls.push(call);
    const play = this.#plays[this.calls.length - 1] ?? this.#plays.at(-1);
    // A provider never responds synchronously.
    setImmediate(() => play?.(call));
    return call;
  }
}

/** Sends a whole answer. */
export const whole =
  (body: object | string, status = 200, headers: Headers = JSON_TYPE): Play =>
  (call) => {
    call.head(status, headers);
    call.data(typeof body === 'string' ? body : JSON.stringify(body));
    call.end();
  };

/** Sends events at once, and ends the stream. */
export const events =
  (...texts: readonly string[]): Play =>
  (call) => {
    call.head(200, SSE);
    for (const text of texts) call.data(text);
    call.end();
  };

export const fails =
  (failure: ProviderFailure = 'broken'): Play =>
  (call) =>
    call.fail(failure);

export const silent: Play = () => undefined;

export const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
export const delta = (content: string): string => event({ choices: [{ index: 0, delta: { content } }] });
export const usageEvent = (usage: object): string => event({ choices: [], usage });
export const DONE = 'data: [DONE]\n\n';
export const completion = (content: string, usage?: object): object => ({
  id: 'c',
  choices: [{ index: 0, message: { role: 'assistant', content } }],
  ...(usage && { usage }),
});
