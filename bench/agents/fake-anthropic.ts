import type { Usage } from '../../lambdas/contracts/storage/units';
import { MINUTE_MS, SECOND_MS } from '../../lambdas/domain/clock';
import type {
  ProviderCall,
  ProviderClient,
  ProviderListener,
  ProviderRequest,
} from '../../lambdas/domain/data-plane/provider/provider-client';
import { turnIn } from './request-body';
import type { Turn } from './trace';
import type { VirtualTime } from './virtual-time';

/** The tokens after the last mark of the cache. */
const UNCACHED_TOKENS = 8;
const CACHE_MS = 5 * MINUTE_MS;
/** An answer arrives in pieces of this length. */
const DELTA_MS = SECOND_MS / 2;
const COUNT_MS = 150;
/** The count is an estimate: it leaves out one token in so many. */
const COUNT_ERROR = 100;
const BYTES_PER_TOKEN = 4;
const EVENTS = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };

interface Cached {
  readonly session: number;
  readonly tokens: number;
  readonly until: number;
}

/** A provider that reads prompts from its cache and answers at the pace of the trace. */
export class FakeAnthropic implements ProviderClient {
  /** When each turn was last sent, by its ID. */
  readonly sentAt = new Map<number, number>();
  counts = 0;
  readonly #time: VirtualTime;
  readonly #turns: readonly Turn[];
  /** By agent. */
  readonly #cache = new Map<number, Cached>();

  constructor(time: VirtualTime, turns: readonly Turn[]) {
    this.#time = time;
    this.#turns = turns;
  }

  /** The usage that the turn has if it is sent now and not cut. */
  usageOf({ agent, session, promptTokens, outputTokens }: Turn): Required<Pick<Usage, UsedUnit>> {
    const cached = this.#cache.get(agent);
    const isCached = cached?.session === session && this.#time.now() < cached.until;
    const input = Math.min(UNCACHED_TOKENS, promptTokens);
    const cachedInput = isCached ? Math.min(cached.tokens, promptTokens - input) : 0;
    return { input, cachedInput, cacheWrite: promptTokens - input - cachedInput, output: outputTokens };
  }

  send(request: ProviderRequest, listener: ProviderListener): ProviderCall {
    const turn = this.#turns[turnIn(request.body)];
    if (turn === undefined) throw new Error('the request is not of the trace');
    const answer = new FakeAnswer(this.#time, listener);
    if (request.path.endsWith('/count_tokens')) this.#count(turn, answer);
    else this.#answer(turn, answer);
    return answer;
  }

  #count({ promptTokens }: Turn, answer: FakeAnswer): void {
    this.counts += 1;
    answer.after(COUNT_MS, (listener) => {
      listener.onHead(200, JSON_TYPE);
      const counted = promptTokens - Math.floor(promptTokens / COUNT_ERROR);
      listener.onData(Buffer.from(JSON.stringify({ input_tokens: counted })));
      listener.onEnd();
    });
  }

  #answer(turn: Turn, answer: FakeAnswer): void {
    const { id, agent, session, model, promptTokens, outputTokens, tokensPerSecond, readingMs } = turn;
    this.sentAt.set(id, this.#time.now());
    const used = this.usageOf(turn);
    const usage = (produced: number): object => ({
      input_tokens: used.input,
      cache_read_input_tokens: used.cachedInput,
      cache_creation_input_tokens: used.cacheWrite,
      cache_creation: { ephemeral_5m_input_tokens: used.cacheWrite, ephemeral_1h_input_tokens: 0 },
      output_tokens: produced,
    });
    answer.after(readingMs, (listener) => {
      this.#cache.set(agent, { session, tokens: promptTokens - used.input, until: this.#time.now() + CACHE_MS });
      listener.onHead(200, EVENTS);
      const message = { id: 'msg', type: 'message', role: 'assistant', model, content: [], usage: usage(1) };
      listener.onData(event({ type: 'message_start', message }));
      listener.onData(event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }));
    });
    const perDelta = (tokensPerSecond * DELTA_MS) / SECOND_MS;
    const deltas = Math.ceil(outputTokens / perDelta);
    const last = (listener: ProviderListener): void => {
      listener.onData(event({ type: 'content_block_stop', index: 0 }));
      listener.onData(event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: usage(outputTokens) }));
      listener.onData(event({ type: 'message_stop' }));
      listener.onEnd();
    };
    const text = 'x'.repeat(Math.round(perDelta * BYTES_PER_TOKEN));
    const delta = event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
    const next = (sent: number): void =>
      answer.after(DELTA_MS, (listener) => {
        listener.onData(delta);
        if (sent + 1 < deltas) next(sent + 1);
        else last(listener);
      });
    answer.after(readingMs, () => next(0));
  }
}

type UsedUnit = 'input' | 'cachedInput' | 'cacheWrite' | 'output';

class FakeAnswer implements ProviderCall {
  readonly #time: VirtualTime;
  readonly #listener: ProviderListener;
  #isAborted = false;

  constructor(time: VirtualTime, listener: ProviderListener) {
    this.#time = time;
    this.#listener = listener;
  }

  after(milliseconds: number, send: (listener: ProviderListener) => void): void {
    this.#time.set(() => {
      if (!this.#isAborted) send(this.#listener);
    }, milliseconds);
  }

  /** The clients of the trace read at once, so nothing is ever paused. */
  resume(): void {
    return undefined;
  }

  abort(): void {
    this.#isAborted = true;
  }
}

const event = (value: { readonly type: string; readonly [member: string]: unknown }): Buffer =>
  Buffer.from(`event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`);
