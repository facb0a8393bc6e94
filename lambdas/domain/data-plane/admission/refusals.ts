import type { AppError } from '../../errors/app-error';
import { blockedError, InsufficientQuota, RateLimited, TooLargeForMinute, WalletBusy } from './admission-errors';
import type { SpendingRules } from '../../keys/spending/known-spending-rules';
import { ownerOf, periodOf } from './budget-words';
import { formatUsd } from '../../money/pico';
import { MINUTE_MS, SECOND_MS } from '../../clock';
import type { ShortSource } from '../../wallet/holds/settlement';
import type { ReachedLimit } from '../../wallet/wallet-errors';
import type { WorstCase } from './worst-case';
import { InsufficientFunds, KeyLimitReached } from '../../wallet/wallet-errors';

/** A client whose money is held by running requests tries again after 2 to 5 seconds, so that not all return at once. */
const BUSY_SECONDS_MIN = 2;
const BUSY_SECONDS_SPREAD = 4;
/** A payment ends the wait after a cut, so clients ask again before its minute is over. */
const AFTER_CUT_SECONDS_MAX = 10;

const busySeconds = (): number => BUSY_SECONDS_MIN + Math.floor(Math.random() * BUSY_SECONDS_SPREAD);

/** There is less money than was asked for, but perhaps enough for less output. */
export class Shortage {
  /** Where there is less money. */
  readonly of: ShortSource;
  readonly affordedPico: bigint;
  /** The money that running requests hold, and of which they may return a part. */
  readonly heldPico: bigint;
  /** Names the budget that has less; absent if the wallet does. */
  readonly budgetOf: string | undefined;
  /** Whether the account's own budget has less. */
  readonly isOfAccount: boolean;
  /** The error for the client when even less output is unaffordable. */
  readonly refusal: AppError;
  constructor(
    refusal: AppError,
    amounts: {
      readonly of: ShortSource;
      readonly affordedPico: bigint;
      readonly heldPico: bigint;
      readonly budgetOf?: string;
      readonly isOfAccount?: boolean;
    },
  ) {
    this.refusal = refusal;
    this.of = amounts.of;
    this.affordedPico = amounts.affordedPico;
    this.heldPico = amounts.heldPico;
    this.budgetOf = amounts.budgetOf;
    this.isOfAccount = amounts.isOfAccount ?? false;
  }
}

type Minute = Extract<ReachedLimit, { readonly kind: 'minute' }>;

/**
 * Reads a shortage of money from the error of a reserve.
 * @param needed the money to begin with
 * @throws WorstCaseRequired, and AppError for any other reason that nothing was held
 */
export function toShortage(
  error: unknown,
  { rules, now }: { readonly rules: SpendingRules; readonly now: number },
  needed: WorstCase,
  worst: WorstCase,
): Shortage {
  const toBegin = needed.pico < worst.pico ? `needs $${formatUsd(needed.pico)} to begin, and ` : '';
  const upTo = `this request ${toBegin}can cost up to $${formatUsd(worst.pico)}`;
  if (error instanceof InsufficientFunds) {
    const { availablePico, heldPico } = error;
    const message = `The wallet has $${formatUsd(availablePico)} available; ${upTo}. Add money to the wallet, or allow less output.`;
    return new Shortage(new InsufficientQuota(message), { of: 'account', affordedPico: availablePico, heldPico });
  }
  if (!(error instanceof KeyLimitReached)) throw blockedError(error) ?? error;
  const { limit } = error;
  switch (limit.kind) {
    case 'budget': {
      const budgetOf = ownerOf(limit, rules);
      const message = `The budget of ${budgetOf} has $${formatUsd(limit.leftPico)} left ${periodOf(limit)}; ${upTo}. Raise the budget, or allow less output.`;
      const { leftPico: affordedPico, heldPico } = limit;
      return new Shortage(new InsufficientQuota(message), {
        of: 'budget',
        affordedPico,
        heldPico,
        budgetOf,
        isOfAccount: limit.of === 'account',
      });
    }
    case 'minute':
      throw minuteIsFull(limit, now);
    case 'running':
      throw new RateLimited(`This key may have ${limit.runningMax} requests running at a time.`, {
        retryAfterSeconds: 1,
      });
  }
}

/** The error for a request that can begin once running requests return what they do not use. */
export function walletBusy({ budgetOf, affordedPico, heldPico }: Shortage, neededPico: bigint): WalletBusy {
  const [left, held, needed] = [affordedPico, heldPico, neededPico].map(formatUsd);
  const retryAfterSeconds = busySeconds();
  const [has, remedy] =
    budgetOf === undefined
      ? [`The wallet has $${left} available, and running requests hold $${held}`, 'add money to the wallet']
      : [`The budget of ${budgetOf} has $${left} left, and its running requests hold $${held}`, 'raise the budget'];
  const message = `${has}; this request needs $${needed} to begin. Try again in a few seconds, or ${remedy}.`;
  return new WalletBusy(message, { retryAfterSeconds });
}

/**
 * The error for a request of an account that ran out of money while another one ran, so that requests hold their worst
 * case for a while.
 */
export function cutBefore(worstPico: bigint, leftMs: number): WalletBusy {
  const retryAfterSeconds = Math.min(AFTER_CUT_SECONDS_MAX, Math.ceil(leftMs / SECOND_MS)) + busySeconds();
  const message = `Money ran out while a request was running, so for up to a minute this request has to hold all that it can cost: $${formatUsd(worstPico)}. Add money to the wallet, allow less output, or try again in a while.`;
  return new WalletBusy(message, { retryAfterSeconds });
}

/**
 * Refuses a request that is larger than the limit of a minute, and tells clients not to retry it.
 * @throws TooLargeForMinute
 */
export function refuseTooLarge({ tokens, tokensMax }: Minute['minute']): void {
  if (tokensMax === undefined || tokens <= tokensMax) return;
  const message = `This request can take up to ${tokens} tokens, and this key is allowed ${tokensMax} a minute: limit its output.`;
  throw new TooLargeForMinute(message, { headers: { 'x-should-retry': 'false' } });
}

/** Uses the rate-limit headers of OpenAI's API. */
function minuteIsFull({ minute, requestsCounted, tokensCounted }: Minute, now: number): RateLimited {
  const { start, tokens, requestsMax, tokensMax } = minute;
  const seconds = Math.ceil((start + MINUTE_MS - now) / 1_000);
  const isFull = requestsMax !== undefined && requestsCounted >= requestsMax;
  const message = isFull
    ? `This key is allowed ${requestsMax} requests a minute.`
    : `This key is allowed ${tokensMax} tokens a minute, of which ${tokensCounted} are counted; this request can take up to ${tokens}.`;
  return new RateLimited(message, {
    retryAfterSeconds: seconds,
    headers: {
      ...rateHeaders('requests', requestsMax, requestsCounted, seconds),
      ...rateHeaders('tokens', tokensMax, tokensCounted, seconds),
    },
  });
}

function rateHeaders(
  what: 'requests' | 'tokens',
  most: number | undefined,
  counted: number,
  seconds: number,
): { readonly [name: string]: string } {
  if (most === undefined) return {};
  return {
    [`x-ratelimit-limit-${what}`]: String(most),
    [`x-ratelimit-remaining-${what}`]: String(Math.max(0, most - counted)),
    [`x-ratelimit-reset-${what}`]: `${seconds}s`,
  };
}
