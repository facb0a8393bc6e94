import type { Hold } from '../../lambdas/domain/wallet/hold';
import type { RequestOutcome } from '../../lambdas/domain/wallet/hold-end';
import type { Settlement } from '../../lambdas/domain/wallet/settlement';
import { HoldAlreadyReleased, HoldAlreadySettled } from '../../lambdas/domain/wallet/wallet-errors';
import type { Actor } from './actor';
import { movedInto, text } from './fields';
import type { RequestIntent } from './intents';
import { PRICES } from './actions';
import { expectKept } from './violation';

type Ending = 'settle' | 'release';

/** How a request ends its hold, and whether what it is told is what the ledger has. */
export class HoldEnd {
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
    const wanted =
      outcome === 'already_settled' ? [as === 'settle' ? 'charge' : 'release', 'adjustment'] : kinds[outcome];
    expectKept(outcome === 'adjusted' ? 'invariant 10' : 'answers', wanted.includes(kind), `${requestId} is a ${kind}`);
    if (outcome !== 'already_settled') this.#intent.ends += 1;
    expectKept('invariant 3', this.#intent.ends <= 1, `two were told that they ended ${requestId}`);
  }

  #refusalIsRecorded(refusal: HoldAlreadySettled | HoldAlreadyReleased, as: Ending, wantedPico: bigint): void {
    const { requestId } = this.#hold;
    const { decisive, kind } = this.#recorded();
    expectKept('invariant 10', kind !== 'expire', `the end of ${requestId} came late and was not recorded`);
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
    return { decisive, kind: text(decisive, 'kind') };
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
