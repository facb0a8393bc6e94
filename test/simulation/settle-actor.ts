import type { Hold } from '../../lambdas/domain/wallet/holds/hold';
import type { Settled, UsageRecordDraft } from '../../lambdas/domain/wallet/holds/settlement';
import { HoldAlreadyReleased, HoldAlreadySettled, WalletUnavailable } from '../../lambdas/domain/wallet/wallet-errors';
import type { Actor } from './actor';
import { movedInto, pico, text } from './fields';
import type { RequestIntent } from './intents';
import { LossWatch } from './loss-watch';
import { PRICES } from './actions';
import { expectKept } from './violation';

type Verb = 'settle' | 'release';

/** Ends the hold of a request, and checks the reply against the ledger. */
export class SettleActor {
  readonly #actor: Actor;
  readonly #hold: Hold;
  readonly #intent: RequestIntent;

  constructor(actor: Actor, hold: Hold, intent: RequestIntent) {
    this.#actor = actor;
    this.#hold = actor.world.sabotage.settled?.(hold) ?? hold;
    this.#intent = intent;
  }

  async end(as: Verb, tokens: number): Promise<void> {
    const hold = this.#hold;
    const price = PRICES.get(hold.request.priceVersion) ?? 0n;
    const costPico = as === 'settle' ? BigInt(tokens) * price : 0n;
    this.#intent.costsPico.add(costPico);
    const record = { ...outcomeOf(hold, as, tokens), estimated: this.#intent.isEstimated };
    const { wallet } = this.#actor;
    const end =
      as === 'settle' ? ({ kind: 'charge', costPico } as const) : ({ kind: 'release', costPico: 0n } as const);
    const watch = new LossWatch(this.#actor.world, hold, this.#intent);
    const call = wallet.settle({ hold, ...end, record });
    const result = await this.#actor.outcome(call, [HoldAlreadySettled, HoldAlreadyReleased]);
    if ('outage' in result) {
      expectKept('answers', result.outage instanceof WalletUnavailable, `${hold.requestId} met a bare outage`);
      return;
    }
    this.#actor.note(() => `${as} of ${costPico}: ${'answer' in result ? result.answer.outcome : result.refusal.name}`);
    if ('answer' in result && result.answer.outcome === 'charged') watch.expectLossDue(result.answer);
    if ('answer' in result) this.#answerIsRecorded(result.answer, as, costPico);
    else this.#refusalIsRecorded(result.refusal, as, costPico);
  }

  /** Checks that the caller's result matches the ledger. */
  #answerIsRecorded({ outcome, costPico, overrunPico }: Settled, as: Verb, wantedPico: bigint): void {
    const { requestId } = this.#hold;
    const recorded = this.#recorded();
    const { kind } = recorded;
    const isSame = recorded.costPico === costPico && recorded.overrunPico === overrunPico;
    expectKept('answers', isSame && costPico + overrunPico === wantedPico, `${requestId} has another charge`);
    const adjusted = ['adjustment'];
    const wanted = {
      charged: [this.#kindOf('settle')],
      released: [this.#kindOf('release')],
      adjusted,
      already_settled: [this.#kindOf(as), ...adjusted],
    }[outcome];
    expectKept(outcome === 'adjusted' ? 'invariant 10' : 'answers', wanted.includes(kind), `${requestId} is a ${kind}`);
    if (outcome !== 'already_settled') this.#intent.ends += 1;
    expectKept('invariant 3', this.#intent.ends <= 1, `two were told that they ended ${requestId}`);
  }

  #refusalIsRecorded(refusal: HoldAlreadySettled | HoldAlreadyReleased, as: Verb, wantedPico: bigint): void {
    const { requestId } = this.#hold;
    const { kind, ...recorded } = this.#recorded();
    expectKept('invariant 10', kind !== 'expire', `the end of ${requestId} came late and was not recorded`);
    if (refusal instanceof HoldAlreadyReleased) {
      expectKept('answers', kind === 'release' && as === 'settle', `${requestId} was not released`);
      return;
    }
    const { costPico, overrunPico } = refusal;
    const isSame = recorded.costPico === costPico && recorded.overrunPico === overrunPico;
    const isOther = costPico + overrunPico !== wantedPico || kind !== this.#kindOf(as);
    expectKept('answers', isSame && isOther, `${requestId} was not settled otherwise`);
  }

  /** The item that an end in time leaves. On a lease, that is the usage record, because there is no entry yet. */
  #kindOf(as: Verb): string {
    if (this.#hold.leaseTurn !== undefined) return 'record';
    return as === 'settle' ? 'charge' : 'release';
  }

  #recorded(): { readonly kind: string; readonly costPico: bigint; readonly overrunPico: bigint } {
    const { accountId, requestId, leaseTurn } = this.#hold;
    const { stored } = this.#actor.world;
    const { end, late } = stored.endOf(accountId, requestId);
    const decisive = late ?? end;
    if (!decisive && leaseTurn !== undefined) {
      const record = stored.turns.at(leaseTurn)?.record;
      expectKept('invariant 3', record !== undefined, `${requestId} was ended and has no record`);
      return { kind: 'record', costPico: pico(record, 'costPico'), overrunPico: pico(record, 'overrunPico') };
    }
    expectKept('invariant 3', decisive !== undefined, `${requestId} was ended and has no entry`);
    const [costPico, overrunPico] = [movedInto('spent', decisive), movedInto('overrun', decisive)];
    return { kind: text(decisive, 'kind'), costPico, overrunPico };
  }
}

function outcomeOf(
  { accountId, requestId, request: details }: Hold,
  as: Verb,
  tokens: number,
): Omit<UsageRecordDraft, 'estimated'> {
  const isCompleted = as === 'settle';
  return {
    requestId,
    accountId,
    ...details,
    status: isCompleted ? 'completed' : 'provider_error',
    httpStatus: isCompleted ? 200 : 502,
    usage: { output: tokens },
    durationMs: 900,
  };
}
