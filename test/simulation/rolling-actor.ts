import { lesser } from '../../lambdas/domain/money/pico';
import type { Hold } from '../../lambdas/domain/wallet/holds/hold';
import type { RollingHold } from '../../lambdas/domain/wallet/holds/resize-hold';
import {
  HoldNotFound,
  InsufficientFunds,
  KeyLimitReached,
  WalletSuspended,
} from '../../lambdas/domain/wallet/wallet-errors';
import type { Resize } from './actions';
import type { Actor } from './actor';
import { pico } from './fields';
import type { RequestIntent, WantedResize } from './intents';
import { nameOfTurn, type Turn } from './lease-turns';
import type { Stored } from './stored';
import { expectKept } from './violation';
import { affordedBy, expectSuspended } from './wallet-actors';

const REFUSALS = [HoldNotFound, InsufficientFunds, KeyLimitReached, WalletSuspended];

type Outcome = 'changed' | 'refused' | 'unknown' | 'ended';

/** Changes the hold of a running request as the gateway does: one change at a time, and none after its end. */
export class RollingActor {
  readonly #actor: Actor;
  readonly #intent: RequestIntent;
  #hold: Hold;
  #hasEnded = false;

  constructor(actor: Actor, hold: Hold, intent: RequestIntent) {
    this.#actor = actor;
    this.#hold = hold;
    this.#intent = intent;
    intent.countedPico = hold.heldPico;
  }

  /** Starts no further change. @returns the hold as this process knows it, although a change may be in flight */
  end(): Hold {
    this.#hasEnded = true;
    this.#intent.countedPico = 0n;
    this.#intent.endedAtPico = this.#hold.heldPico;
    return this.#hold;
  }

  async follow(resizes: readonly Resize[]): Promise<void> {
    const { process, random } = this.#actor;
    for (const resize of resizes) {
      await process.sleep(resize.afterMs, random);
      if (this.#hasEnded || !isRolling(this.#hold)) return;
      const outcome = await this.#change(this.#hold, resize);
      if (outcome === 'ended') return;
    }
  }

  /** @returns `ended` if no further change may follow */
  async #change(hold: RollingHold, resize: Resize): Promise<Outcome> {
    // There is nothing to return.
    if (resize.do === 'shrink' && returnedBy(hold, resize.tenths) === 0n) return 'refused';
    const startedAt = this.#actor.world.scheduler.now;
    const result = await this.#actor.outcome(this.#call(hold, resize), REFUSALS);
    if ('answer' in result) {
      this.#note(resize, `${hold.heldPico} becomes ${result.answer.heldPico}`);
      this.#answerIsRecorded(result.answer);
      if (resize.do === 'extend') this.#isExtended(result.answer, wantedOf(hold, resize));
      this.#hold = result.answer;
      if (!this.#hasEnded) this.#intent.countedPico = result.answer.heldPico;
      return 'changed';
    }
    if ('refusal' in result) {
      this.#note(resize, result.refusal.name);
      this.#refusalIsRight(result.refusal, wantedOf(hold, resize), startedAt);
      return result.refusal instanceof HoldNotFound ? 'ended' : 'refused';
    }
    return this.#unknown(hold, resize);
  }

  #call(hold: RollingHold, resize: Resize): Promise<RollingHold> {
    const { wallet, store } = this.#actor;
    store.plan(resize.faults ?? []);
    this.#intent.resizes.push(wantedOf(hold, resize));
    if (resize.do === 'shrink') {
      const returnedPico = returnedBy(hold, resize.tenths);
      this.#intent.countedPico = lesser(this.#intent.countedPico, hold.heldPico - returnedPico);
      return wallet.shrink(hold, returnedPico);
    }
    const { wantedPico, leastPico } = resize;
    return wallet.extend(hold, { wantedPico, leastPico });
  }

  /** The call may have been committed, and may still arrive. */
  async #unknown(hold: RollingHold, { repeatMs, faults: _met, ...resize }: Resize): Promise<Outcome> {
    const { world, process, random } = this.#actor;
    const stored = world.stored.holds.get(hold.requestId);
    const turn = turnOf(hold, world.stored);
    const isCommitted = turn
      ? turn.heldPico > hold.heldPico
      : stored !== undefined && pico(stored, 'slice') > hold.rolling.slice;
    this.#note(resize, isCommitted ? 'unknown but committed' : 'unknown');
    if (isCommitted && resize.do === 'extend') {
      world.met.add('an extension was committed and its caller did not learn it');
    }
    if (repeatMs === undefined) return 'unknown';
    await process.sleep(repeatMs, random);
    return this.#hasEnded ? 'ended' : this.#change(hold, resize);
  }

  #answerIsRecorded(hold: RollingHold): void {
    const { requestId, heldPico, rolling } = hold;
    const { stored } = this.#actor.world;
    const own = stored.holdsEver.get(requestId);
    const turn = turnOf(hold, stored);
    const isStored = turn
      ? turn.heldPico >= heldPico
      : pico(own, 'heldPico') === heldPico && pico(own, 'slice') === rolling.slice;
    expectKept('invariant 8', isStored, `the hold of ${requestId} is not as its caller was told`);
  }

  /** Checks that an extension is of use. An earlier one that arrived late may have added more. */
  #isExtended({ requestId, heldPico }: RollingHold, { leastPico, mostPico }: WantedResize): void {
    expectKept('answers', heldPico >= leastPico, `the hold of ${requestId} was extended to ${heldPico}`);
    if (heldPico < mostPico) this.#actor.world.met.add('an extension got a part of what it wanted');
  }

  #refusalIsRight(refusal: Error, { leastPico }: WantedResize, startedAt: number): void {
    const { accountId, requestId, heldPico } = this.#hold;
    const { stored } = this.#actor.world;
    const turn = turnOf(this.#hold, stored);
    if (refusal instanceof HoldNotFound) {
      const isFound = turn ? isRunning(this.#hold, stored) : stored.holds.has(requestId);
      expectKept('answers', !isFound, `the live hold of ${requestId} was not found`);
    }
    if (refusal instanceof WalletSuspended) expectSuspended(this.#actor, accountId, startedAt);
    const leftPico = affordedBy(refusal);
    if (leftPico === undefined) return;
    // An earlier change that arrived late may have returned a part of the hold.
    const knownPico = turn ? heldPico : lesser(heldPico, pico(stored.holdsEver.get(requestId), 'heldPico'));
    const isShort = knownPico + leftPico < leastPico;
    expectKept('answers', isShort, `an extension of ${requestId} was refused although ${leftPico} were left`);
  }

  #note(resize: Pick<Resize, 'do'>, what: string): void {
    this.#actor.note(() => `${resize.do}: ${what}`);
  }
}

const isRolling = (hold: Hold): hold is RollingHold => hold.rolling !== undefined;

/** The turn of the lease that holds the request's money; undefined if it has a hold of its own. */
const turnOf = ({ leaseTurn }: Hold, stored: Stored): Turn | undefined =>
  leaseTurn === undefined ? undefined : stored.turns.at(leaseTurn);

/** Whether a lease still serves the request, and no other attempt has taken another one for it. */
function isRunning({ requestId, leaseTurn }: Hold, stored: Stored): boolean {
  const isLive = [...stored.leases.values()].some((lease) => nameOfTurn(lease) === leaseTurn);
  const [turn, other] = stored.turns.ofRequest(requestId);
  return isLive && other === undefined && turn?.record === undefined;
}

const returnedBy = ({ heldPico }: Hold, tenths: number): bigint => (heldPico * BigInt(tenths)) / 10n;

function wantedOf(hold: Hold, resize: Resize): WantedResize {
  const { heldPico } = hold;
  if (resize.do === 'extend') return { leastPico: heldPico + resize.leastPico, mostPico: heldPico + resize.wantedPico };
  const leftPico = heldPico - returnedBy(hold, resize.tenths);
  return { leastPico: leftPico, mostPico: leftPico };
}
