import { BoundedMap } from '../../bounded-map';
import type { Target } from '../../catalog/catalog';
import { type Clock, HOUR_MS, SECOND_MS } from '../../clock';
import type { MeteredRequest } from '../../dialects/endpoint';
import type { Log } from '../../log';
import { type Pace, paceOf } from './pace';

/** A provider that is faster than this many times its configured rate is not known well enough. */
const LEARNED_TIMES_MAX = 4;
/** A shorter time counts as this: the reserve of a running hold covers output that comes too early within a second. */
const ELAPSED_MS_MIN = SECOND_MS;
/** More than the routes of any catalog. A route that is evicted begins again with its configured pace. */
const ROUTES_MAX = 4_096;

type Route = Pick<Target, 'provider' | 'model'>;
type PacedRequest = Pick<MeteredRequest, 'choices' | 'hasUnpacedOutput'>;

/** The reported usage of a request that has ended. */
export interface ObservedOutput {
  /** All choices together, as the provider reported them: never an estimate. */
  readonly outputTokens: number;
  /** The time from sending the request to this provider until the end of its answer, best by a monotonic clock. */
  readonly elapsedMs: number;
}

/** How fast a route was seen to be, above its configuration. */
type Seen =
  | { readonly kind: 'learned'; readonly tokensPerSecond: number }
  /** Epoch milliseconds. */
  | { readonly kind: 'too_fast'; readonly reportedAt: number };

interface PaceBookDependencies {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The paces of all routes (a provider with a model), as this process knows them: those of the configuration, raised by
 * what providers report. A rate is never lowered, because one slow answer does not make the next one slow.
 */
export class PaceBook {
  readonly #dependencies: PaceBookDependencies;
  readonly #routes = new BoundedMap<Seen>(ROUTES_MAX);

  constructor(dependencies: PaceBookDependencies) {
    this.#dependencies = dependencies;
  }

  /** @returns undefined when nothing bounds how fast the output can be produced, so the request must hold its worst case */
  of(route: Route, request: PacedRequest): Pace | undefined {
    const seen = this.#routes.get(keyOf(route));
    if (request.hasUnpacedOutput === true || seen?.kind === 'too_fast') return undefined;
    const pace = paceOf(route);
    return pace && seen ? { ...pace, tokensPerSecond: seen.tokensPerSecond } : pace;
  }

  /** Learns from a request that has ended. A time that is not positive is ignored, because the clock was set back. */
  observe(route: Route, request: PacedRequest, { outputTokens, elapsedMs }: ObservedOutput): void {
    const configured = paceOf(route);
    if (configured === undefined || request.hasUnpacedOutput === true || !(elapsedMs > 0)) return;
    const choiceMs = request.choices * Math.max(elapsedMs, ELAPSED_MS_MIN);
    const rate = Math.ceil(((outputTokens - configured.burstTokens) * SECOND_MS) / choiceMs);
    const seen = this.#routes.get(keyOf(route));
    if (rate > LEARNED_TIMES_MAX * configured.tokensPerSecond) this.#reportTooFast(route, seen, rate);
    else if (seen?.kind !== 'too_fast' && rate > (seen ?? configured).tokensPerSecond)
      this.#routes.set(keyOf(route), { kind: 'learned', tokensPerSecond: rate });
  }

  #reportTooFast(route: Route, seen: Seen | undefined, rate: number): void {
    const { clock, log } = this.#dependencies;
    const now = clock();
    // After the clock was set back, the last report is in the future.
    if (seen?.kind === 'too_fast' && Math.abs(now - seen.reportedAt) < HOUR_MS) return;
    this.#routes.set(keyOf(route), { kind: 'too_fast', reportedAt: now });
    log.error('RATE_EXCEEDED', {
      'gen_ai.provider.name': route.provider.id,
      'gen_ai.request.model': route.model.id,
      count: rate,
    });
  }
}

/** Provider IDs of the configuration contain no slash; even if one did, models would only share what was learned. */
const keyOf = ({ provider, model }: Route): string => `${provider.id}/${model.id}`;
