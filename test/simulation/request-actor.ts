import type { HoldRequest } from '../../lambdas/domain/wallet/hold';
import type { Hold } from '../../lambdas/domain/wallet/hold';
import type { RequestOutcome } from '../../lambdas/domain/wallet/hold-end';
import type { Reservation } from '../../lambdas/domain/wallet/reserve';
import type { Settlement } from '../../lambdas/domain/wallet/settlement';
import {
  HoldAlreadyReleased,
  HoldAlreadySettled,
  InsufficientFunds,
  RequestIdReused,
  WalletNotFound,
} from '../../lambdas/domain/wallet/wallet-errors';
import type { Actor } from './actor';
import { movedInto, pico } from './fields';
import type { RequestIntent } from './intents';
import { accountIdOf, requestIdOf } from './intents';
import type { RequestAction } from './plan';
import { PRICES } from './plan';
import { expectKept } from './violation';

type Ending = 'settle' | 'release';

/** The life of a paid request as the gateway leads it: reserve, ask the provider, settle or release. */
export async function request(actor: Actor, action: RequestAction): Promise<void> {
  const { world, process, random } = actor;
  const requestId = requestIdOf(actor.operation.index);
  const accountId = accountIdOf(action.account);
  const deadline = process.clock() + action.holdMs;
  const intent: RequestIntent = {
    ...{ accountId, deadline, priceVersion: action.priceVersion, ends: 0 },
    holdsPico: new Set(),
    costsPico: new Set(),
  };
  world.intents.requests.set(requestId, intent);
  const details: HoldRequest = {
    ...{ keyId: 'key', endpoint: 'chat', model: 'm', provider: 'p', streamed: true },
    at: new Date(process.clock()).toISOString(),
    priceVersion: action.priceVersion,
  };
  const reservation = { accountId, requestId, holdPico: action.holdPico, deadline, request: details };
  if (action.repeatMs !== undefined) process.later(action.repeatMs, random, () => run(actor, repeat(actor, reservation)));
  const hold = await reserve(actor, reservation, action.capped);
  if (!hold) return;
  callsProvider(actor, hold);
  await process.sleep(action.thinkMs, random);
  if (action.end === 'vanish') return;
  const { again } = action;
  const second = again && again.as === 'release' ? 'release' : 'settle';
  const cost = BigInt(action.tokens) * (PRICES.get(action.priceVersion) ?? 0n);
  const end = new HoldEnd(actor, hold, intent);
  if (again) {
    const dearer = again.as === 'dearer' ? 1 : 0;
    process.later(again.afterMs, random, () => run(actor, end.end(second, action.tokens + dearer)));
  }
  actor.note(() => `${action.end}s with ${cost}`);
  await end.end(action.end, action.tokens);
}

/** Something that goes on beside its operation. */
function run({ world }: Actor, work: Promise<unknown>): void {
  work.catch((error: unknown) => world.fail(error));
}

/** As `admit` does: a wallet that does not cover the worst case is asked for less. */
async function reserve(actor: Actor, reservation: Reservation, isCapped: boolean): Promise<Hold | undefined> {
  const { world, wallet } = actor;
  const { accountId, requestId, holdPico } = reservation;
  const startedAt = world.scheduler.now;
  world.intents.requests.get(requestId)?.holdsPico.add(holdPico);
  const refusals = [InsufficientFunds, WalletNotFound, RequestIdReused];
  const result = await actor.outcome(wallet.reserve(reservation), refusals);
  if ('answer' in result) return result.answer;
  if ('outage' in result) return undefined;
  const { refusal } = result;
  actor.note(() => `reserve ${holdPico}: ${refusal.name}`);
  if (refusal instanceof WalletNotFound) {
    expectKept('answers', (world.intents.opened.get(accountId) ?? Infinity) >= startedAt, 'there was a wallet');
  }
  if (refusal instanceof RequestIdReused) {
    const others = world.intents.requests.get(requestId)?.holdsPico.size ?? 0;
    expectKept('answers', others > 1, `nobody else reserved under ${requestId}`);
  }
  if (!(refusal instanceof InsufficientFunds)) return undefined;
  expectKept('answers', refusal.availablePico < holdPico, 'a hold was refused that was covered');
  if (!isCapped || refusal.availablePico === 0n) return undefined;
  return reserve(actor, { ...reservation, holdPico: refusal.availablePico }, false);
}

function callsProvider({ world, note }: Actor, hold: Hold): void {
  const stored = world.stored.holdsEver.get(hold.requestId);
  const isHeld = stored !== undefined && pico(stored, 'heldPico') === hold.heldPico;
  expectKept('invariant 8', isHeld, `the provider is called for ${hold.requestId} and nothing was held`);
  void note;
}

/** The same reservation once more, however it went and however late: it must never take money twice. */
async function repeat(actor: Actor, reservation: Reservation): Promise<void> {
  await reserve(actor, reservation, false);
}

class HoldEnd {
  readonly #actor: Actor;
  readonly #hold: Hold;
  readonly #intent: RequestIntent;

  constructor(actor: Actor, hold: Hold, intent: RequestIntent) {
    this.#actor = actor;
    this.#hold = hold;
    this.#intent = intent;
  }

  async end(as: Ending, tokens: number): Promise<void> {
    const hold = this.#hold;
    const price = PRICES.get(hold.request.priceVersion) ?? 0n;
    const costPico = as === 'settle' ? BigInt(tokens) * price : 0n;
    this.#intent.costsPico.add(costPico);
    const record = outcomeOf(hold, as, tokens);
    const { wallet } = this.#actor;
    const call =
      as === 'settle' ? wallet.settle({ hold, charge: { costPico }, record }) : wallet.release({ hold, record });
    const result = await this.#actor.outcome(call, [HoldAlreadySettled, HoldAlreadyReleased]);
    if ('outage' in result) return;
    this.#actor.note(() => `${as} of ${costPico}: ${'answer' in result ? result.answer.outcome : result.refusal.name}`);
    if ('answer' in result) this.#answerIsRecorded(result.answer, as, costPico);
    else this.#refusalIsRecorded(result.refusal, as, costPico);
  }

  /** What a caller is told is what the ledger has. */
  #answerIsRecorded({ outcome, costPico, overrunPico }: Settlement, as: Ending, wantedPico: bigint): void {
    const { requestId } = this.#hold;
    const { decisive, kind } = this.#recorded();
    const isSame = movedInto('spent', decisive) === costPico && movedInto('overrun', decisive) === overrunPico;
    expectKept('answers', isSame && costPico + overrunPico === wantedPico, `${requestId} has another charge`);
    const kinds = { charged: ['charge'], released: ['release'], adjusted: ['adjustment'] };
    const wanted = outcome === 'already_settled' ? [as === 'settle' ? 'charge' : 'release', 'adjustment'] : kinds[outcome];
    expectKept(outcome === 'adjusted' ? 'invariant 10' : 'answers', wanted.includes(kind), `${requestId} is a ${kind}`);
    if (outcome !== 'already_settled') this.#intent.ends += 1;
    expectKept('invariant 3', this.#intent.ends <= 1, `two were told that they ended ${requestId}`);
  }

  #refusalIsRecorded(refusal: HoldAlreadySettled | HoldAlreadyReleased, as: Ending, wantedPico: bigint): void {
    const { requestId } = this.#hold;
    const { decisive, kind } = this.#recorded();
    if (refusal instanceof HoldAlreadyReleased) {
      expectKept('answers', kind === 'release' && as === 'settle', `${requestId} was not released`);
      return;
    }
    const { costPico, overrunPico } = refusal;
    const isSame = movedInto('spent', decisive) === costPico && movedInto('overrun', decisive) === overrunPico;
    const isOther = costPico + overrunPico !== wantedPico || kind !== (as === 'settle' ? 'charge' : 'release');
    expectKept('answers', isSame && isOther, `${requestId} was not settled otherwise`);
  }

  #recorded() {
    const { accountId, requestId } = this.#hold;
    const { end, late } = this.#actor.world.stored.endOf(accountId, requestId);
    const decisive = late ?? end;
    expectKept('invariant 3', decisive !== undefined, `${requestId} was ended and has no entry`);
    return { decisive, kind: String(decisive['kind']) };
  }
}

function outcomeOf({ accountId, requestId, request: details }: Hold, as: Ending, tokens: number): RequestOutcome {
  const isCompleted = as === 'settle';
  return {
    ...{ requestId, accountId, ...details },
    status: isCompleted ? 'completed' : 'provider_error',
    httpStatus: isCompleted ? 200 : 502,
    usage: { output: tokens },
    estimated: false,
    durationMs: 900,
  };
}
