import type { Hold, HoldRequest } from '../../lambdas/domain/wallet/holds/hold';
import { RESERVE_RETRY } from '../../lambdas/domain/wallet/retry';
import type { HoldTerms } from '../../lambdas/domain/wallet/holds/reserve-hold';
import { RESERVE_AGE_MS_MAX } from '../../lambdas/domain/wallet/holds/reserve-hold';
import {
  InsufficientFunds,
  KeyLimitReached,
  RequestIdReused,
  WalletNotFound,
  WalletSuspended,
  WalletUnavailable,
  WorstCaseRequired,
} from '../../lambdas/domain/wallet/wallet-errors';
import type { Actor } from './actor';
import { pico } from './fields';
import type { RequestIntent } from './intents';
import { accountIdOf, requestIdOf } from './intents';
import type { RequestAction } from './actions';
import { CLOCK_STEP_MS_MAX } from './actions';
import { countingOf } from './limits';
import { RollingActor } from './rolling-actor';
import { SettleActor } from './settle-actor';
import { expectKept } from './violation';
import { affordedBy, expectSuspended, resume } from './wallet-actors';

/** Runs a paid request as the gateway does: reserve, call the provider, settle or release. */
export async function request(actor: Actor, action: RequestAction): Promise<void> {
  const { world, process, random } = actor;
  const terms = termsOf(actor, action);
  const intent = intentOf(terms, action);
  world.intents.requests.set(terms.requestId, intent);
  const inBackground = (delayMs: number, work: () => Promise<void>): void =>
    process.later(delayMs, random, () => world.watch(work()));
  if (action.repeatMs !== undefined) inBackground(action.repeatMs, () => repeat(actor, terms));
  const hold = await reserve(actor, terms, action.capped);
  if (!hold) return;
  callProvider(actor, hold);
  const rollingActor = new RollingActor(actor, hold, intent);
  if (action.rolling) inBackground(0, () => rollingActor.follow(action.rolling?.resizes ?? []));
  await process.sleep(action.thinkMs, random);
  if (action.end === 'vanish') return;
  const settleActor = new SettleActor(actor, rollingActor.end(), intent);
  const { again } = action;
  if (again) {
    const tokens = action.tokens + (again.as === 'dearer' ? 1 : 0);
    inBackground(again.afterMs, () => settleActor.end(again.as === 'release' ? 'release' : 'settle', tokens));
  }
  await settleActor.end(action.end, action.tokens);
}

/** Checks that one request can hold all of an account's money, including the money in drawers. */
export async function spendAll(actor: Actor, account: number): Promise<void> {
  const { stored } = actor.world;
  const accountId = accountIdOf(account);
  const drawers = stored.drawersOf(accountId);
  if (drawers.length === 0) return;
  if (stored.balances.get(accountId)?.['suspendedAt'] !== undefined) await resume(actor, account);
  const parts = [stored.balances.get(accountId), ...drawers];
  const holdPico = parts.reduce((sum, part) => sum + pico(part, 'availablePico'), 0n);
  const end = { priceVersion: 'price-1', tokens: 1, end: 'settle', again: undefined, repeatMs: undefined } as const;
  await request(actor, { do: 'request', account, holdPico, holdMs: 60_000, thinkMs: 0, capped: false, ...end });
  const hold = stored.holdsEver.get(requestIdOf(actor.operation.index));
  expectKept('answers', hold !== undefined, `${accountId} could not spend all of its ${holdPico}`);
}

function termsOf({ process, operation, world }: Actor, action: RequestAction): HoldTerms {
  const counting = countingOf(world.plan, action);
  const details: HoldRequest = {
    keyId: 'key',
    endpoint: 'chat',
    model: 'm',
    provider: 'p',
    streamed: true,
    at: new Date(process.clock()).toISOString(),
    priceVersion: action.priceVersion,
  };
  return {
    accountId: accountIdOf(action.account),
    requestId: requestIdOf(operation.index),
    holdPico: action.holdPico,
    deadline: process.clock() + action.holdMs,
    request: details,
    ...(action.rolling && { ceilingPico: action.rolling.ceilingPico }),
    ...(counting && { counting }),
  };
}

const intentOf = (
  { accountId, deadline, request, counting, ceilingPico }: HoldTerms,
  { rolling, shares = [] }: RequestAction,
): RequestIntent => ({
  accountId,
  deadline,
  priceVersion: request.priceVersion,
  ends: 0,
  isLimited: counting?.runningMax !== undefined,
  shares: counting?.shared ? shares : [],
  holdsPico: new Set(),
  ceilingPico,
  isEstimated: rolling?.isEstimated === true,
  countedPico: 0n,
  endedAtPico: undefined,
  resizes: [],
  costsPico: new Set(),
});

/** Like `admit`, asks for less if the wallet does not cover the worst case. */
async function reserve(actor: Actor, terms: HoldTerms, isCapped: boolean): Promise<Hold | undefined> {
  const { world, wallet, process } = actor;
  const { accountId, requestId, holdPico } = terms;
  const [startedAt, clockAtStart] = [world.scheduler.now, process.clock()];
  const { holdsPico } = world.intents.requests.get(requestId) ?? {};
  holdsPico?.add(holdPico);
  // On a lease of an account that may not roll holds, the hold is the worst case.
  if (terms.ceilingPico !== undefined) holdsPico?.add(terms.ceilingPico);
  const refusals = [
    InsufficientFunds,
    KeyLimitReached,
    WalletNotFound,
    WalletSuspended,
    RequestIdReused,
    WalletUnavailable,
    WorstCaseRequired,
  ];
  const result = await actor.outcome(wallet.reserve(terms), refusals);
  if ('answer' in result) return result.answer;
  if (!('refusal' in result)) throw result.outage;
  const { refusal } = result;
  actor.note(() => `reserve ${holdPico}: ${refusal.name}`);
  if (refusal instanceof WalletNotFound) {
    expectKept(
      'answers',
      (world.intents.opened.get(accountId) ?? Infinity) >= startedAt,
      'a reserve did not find a wallet that was open',
    );
  }
  if (refusal instanceof WalletSuspended) expectSuspended(actor, accountId, startedAt);
  if (refusal instanceof RequestIdReused) {
    const { holdsPico: asked = [], ceilingPico } = world.intents.requests.get(requestId) ?? {};
    // After WorstCaseRequired, a request is reserved in another way, perhaps with the same amount.
    const isOther = new Set(asked).size > 1 || ceilingPico !== undefined;
    expectKept('answers', isOther, `nobody else reserved under ${requestId}`);
  }
  if (refusal instanceof WalletUnavailable) {
    const ageMs = process.clock() - Date.parse(terms.request.at);
    const isOld = ageMs > RESERVE_AGE_MS_MAX - CLOCK_STEP_MS_MAX;
    // A drawer may be filled between two attempts, and the process may be paused in between.
    const isExhausted = process.clock() - clockAtStart > RESERVE_RETRY.totalMs - RESERVE_RETRY.longestWaitMs;
    expectKept(
      'answers',
      world.mayFail || isOld || isExhausted,
      'a reserve failed without an outage or an old request',
    );
  }
  if (refusal instanceof WorstCaseRequired) {
    const worst = { ...terms, holdPico: terms.ceilingPico ?? holdPico, ceilingPico: undefined };
    expectKept('answers', terms.ceilingPico !== undefined, 'a hold of the worst case was refused as too small');
    return reserve(actor, worst, isCapped);
  }
  const affordedPico = affordedBy(refusal);
  if (affordedPico === undefined) return undefined;
  expectKept('answers', affordedPico < holdPico, 'a hold was refused although it was covered');
  if (!isCapped || affordedPico === 0n) return undefined;
  return reserve(actor, { ...terms, holdPico: affordedPico }, false);
}

function callProvider({ world: { stored } }: Actor, { requestId, heldPico, leaseTurn }: Hold): void {
  const own = stored.holdsEver.get(requestId);
  const turn = leaseTurn === undefined ? undefined : stored.turns.at(leaseTurn);
  const isOwn = own !== undefined && pico(own, 'heldPico') === heldPico;
  const isLeased = turn?.requestId === requestId && turn.heldPico === heldPico;
  const isHeld = leaseTurn === undefined ? isOwn : isLeased;
  expectKept('invariant 8', isHeld, `the provider is called for ${requestId} and nothing was held`);
}

/** Repeats the reserve, whatever its outcome and however late. It must never take money twice. */
async function repeat(actor: Actor, terms: HoldTerms): Promise<void> {
  await reserve(actor, terms, false);
}
