import { streamedAnswer, type ProviderScript, type Received, Upstream, wholeAnswer } from '../e2e/upstream';
import { chatEvents, messageEvents, responseEvents, type Tokens } from './agent-answers';

/** The usage that the provider reported for one request. */
export interface Reported {
  readonly provider: 'anthropic' | 'openai';
  readonly model: string;
  readonly tokens: Tokens;
}

/** The count that the provider gives for every message whose tokens it is asked to count. */
const COUNTED = { input_tokens: 1_234 };

/** Sends the first event, and the others after the pause. */
const pausedAnswer =
  ([first, ...others]: readonly string[], pause: () => Promise<void>): ProviderScript =>
  async (reply) => {
    reply.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    reply.write(first);
    await pause();
    reply.end(others.join(''));
  };

/** A provider in both dialects whose model solves a task in two turns. Each answer reports a different usage. */
export class AgentProvider {
  readonly reported: Reported[] = [];
  private readonly upstream: Upstream;

  private constructor(upstream: Upstream) {
    this.upstream = upstream;
    this.answer();
  }

  static async start(): Promise<AgentProvider> {
    return new AgentProvider(await Upstream.start());
  }

  get url(): string {
    return this.upstream.url;
  }

  get received(): readonly Received[] {
    return this.upstream.received;
  }

  /** The requests whose tokens the provider was asked to count. */
  get counted(): readonly Received[] {
    return this.received.filter(({ path }) => path.startsWith('/v1/messages/count_tokens'));
  }

  stop(): Promise<void> {
    return this.upstream.stop();
  }

  /** Begins to solve tasks, once the condition holds. */
  answer(condition: () => Promise<unknown> = () => Promise.resolve()): void {
    this.upstream.answerWith(async (reply, received) => {
      await condition();
      await this.scriptOf(received)(reply, received);
    });
  }

  /** Stops in the middle of the answers to some requests until released. @returns a function that ends those answers */
  pauseIn(isPaused: (received: Received) => boolean): () => void {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    this.upstream.answerWith((reply, received) => {
      const pause = isPaused(received) ? () => released : undefined;
      return this.scriptOf(received, pause)(reply, received);
    });
    return release;
  }

  /** Answers the first requests with 529, as an overloaded provider does, and all others as usual. */
  overloadFirst(times: number): void {
    const overloaded = wholeAnswer({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 529);
    let left = times;
    this.upstream.answerWith((reply, received) => {
      left -= 1;
      return (left >= 0 ? overloaded : this.scriptOf(received))(reply, received);
    });
  }

  private scriptOf(received: Received, pause?: () => Promise<void>): ProviderScript {
    if (received.path.startsWith('/v1/messages/count_tokens')) return wholeAnswer(COUNTED);
    const isMessage = received.path.startsWith('/v1/messages');
    const isResponse = received.path.startsWith('/v1/responses');
    const tokens = this.nextTokens(received.body.length, isMessage);
    const model = String(received.json['model']);
    this.reported.push({ provider: isMessage ? 'anthropic' : 'openai', model, tokens });
    const events = (isMessage ? messageEvents : isResponse ? responseEvents : chatEvents)(received, tokens);
    return pause ? pausedAnswer(events, pause) : streamedAnswer(events);
  }

  /** Chooses token counts below a quarter of the body's length, which is less than the gateway's bound for the body. */
  private nextTokens(bodyBytes: number, writesCache: boolean): Tokens {
    const count = this.reported.length + 1;
    const most = Math.floor(bodyBytes / 4);
    const tokens = { input: 10 + count, cachedInput: 100 * (count - 1), output: 30 + count };
    return writesCache ? { ...tokens, cacheWrite: most - 10 - 101 * count } : { ...tokens, input: most - 100 * count };
  }
}
