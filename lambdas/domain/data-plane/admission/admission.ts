import type { MeteredRequest } from '../../dialects/endpoint';
import { type AppError } from '../../errors/app-error';
import { countingOf } from '../../keys/counting';
import type { SpendingRules } from '../../keys/spending/known-spending-rules';
import type { KeyOwner } from '../../keys/verified-keys';
import type { Hold, HoldRequest } from '../../wallet/holds/hold';
import type { HoldTerms } from '../../wallet/holds/reserve-hold';
import type { Wallet } from '../../wallet/wallet';
import { InsufficientFunds, WorstCaseRequired } from '../../wallet/wallet-errors';
import type { OutputPlan } from '../rolling/output-plan';
import { refuseBlocked, TooLargeForMinute } from './admission-errors';
import { type FirstHold, type FirstHolds, firstHolds, lastOf } from './first-hold';
import type { PricedTargets } from './priced-targets';
import type { ShortAccounts } from './short-accounts';
import { isAfforded, knownShortage, mayComeBack } from './known-shortage';
import { cutBefore, refuseTooLarge, Shortage, toShortage, walletBusy } from './refusals';
import { affordableCap, worstCase } from './worst-case';

/** How often a cap is recomputed after another request took the money. */
const CAP_TRIES_MAX = 3;

/** How long a request waits for running requests to return money, before each of its further attempts. */
const WAITS_MS = [200, 400, 800, 1_600] as const;

/** A prompt is counted once. */
const countedBefore = (): Promise<undefined> => Promise.resolve(undefined);

/** A request that may be sent, because its money is held. */
export interface Admitted {
  readonly hold: Hold;
  readonly targets: PricedTargets;
  /** The output limit for one choice; set when the wallet can afford less than the model's own limit. */
  readonly outputTokensCap: number | undefined;
  /** Absent if the output is not bounded by the provider's pace. */
  readonly plan?: OutputPlan | undefined;
  /** Whether the account had plenty of money beside the hold. @default false */
  readonly isAmple?: boolean;
}

/** The ways to serve a request, and what they can cost. */
export interface Offer {
  readonly targets: PricedTargets;
  /** How the hold can follow the output. Absent if it has to be the worst case. */
  readonly plan: OutputPlan | undefined;
}

export interface Admission extends Offer {
  readonly wallet: Wallet;
  readonly shortAccounts: ShortAccounts;
  readonly request: MeteredRequest;
  readonly caller: KeyOwner;
  /** The account's spending rules, which every hold of the request follows. */
  readonly rules: SpendingRules;
  readonly requestId: string;
  readonly deadline: number;
  readonly details: HoldRequest;
  /** The time of admission in epoch milliseconds. */
  readonly now: number;
  readonly timeLimitMs: number;
  /** Waits for the given milliseconds. @returns false when the request need not go on */
  readonly wait: (milliseconds: number) => Promise<boolean>;
  /** Has the prompt counted. @returns the same offer with tighter bounds; undefined if there are none */
  readonly count: () => Promise<Offer | undefined>;
}

/**
 * Holds money for the request, and counts it against the key's limits. A hold that can roll begins with a part of the
 * worst case. The client need not wait for money that running requests hold for longer than a few seconds.
 * @throws InsufficientQuota, WalletBusy, RateLimited, Forbidden
 * @throws SpendingRulesChanged when the account's spending rules are not those of the admission
 */
export async function admit(admission: Admission): Promise<Admitted> {
  try {
    const { plan } = admission;
    return await (plan ? admitRolling(admission, plan) : admitWorstCase(admission));
  } catch (error) {
    if (!(error instanceof WorstCaseRequired)) throw error;
    return admitWorstCase(admission, { rollsFrom: error.until });
  }
}

/** Admits a request whose bound was too high for the account, if a count of its prompt lowers the bound. */
async function admitCounted(admission: Admission, { affordedPico, heldPico }: Shortage): Promise<Admitted | undefined> {
  if (affordedPico + heldPico === 0n) return undefined;
  const counted = await admission.count();
  return counted && admit({ ...admission, ...counted, count: countedBefore });
}

/**
 * Looks whether the account could hold a request at all, without a write. Money that is held counts too, because it may
 * come back, or because a lease holds it for later requests.
 * @returns the refusal of a request that the account cannot afford
 * @throws Forbidden, InsufficientQuota when the account is suspended or in debt
 */
export async function shortageOf(
  admission: Pick<
    Admission,
    'wallet' | 'request' | 'targets' | 'caller' | 'rules' | 'now' | 'plan' | 'timeLimitMs' | 'count'
  >,
): Promise<AppError | undefined> {
  const { wallet, request, targets, caller, plan, timeLimitMs, count } = admission;
  const balance = await wallet.balance(caller.accountId);
  refuseBlocked(balance);
  const { availablePico, heldPico } = balance ?? { availablePico: 0n, heldPico: 0n };
  const least = plan ? lastOf(firstHolds(plan, request, targets, timeLimitMs)).held : worstCase(targets);
  const mostPico = availablePico + heldPico;
  if (least.pico <= mostPico || affordableCap(request, targets, mostPico) !== undefined) return undefined;
  const counted = mostPico === 0n ? undefined : await count();
  if (counted) return shortageOf({ ...admission, ...counted, count: countedBefore });
  const error = new InsufficientFunds({ availablePico, heldPico, hasDrawers: false });
  return toShortage(error, admission, least, worstCase(targets)).refusal;
}

async function admitRolling(admission: Admission, plan: OutputPlan): Promise<Admitted> {
  const { shortAccounts, caller, request, targets, timeLimitMs } = admission;
  const holds = firstHolds(plan, request, targets, timeLimitMs);
  const [last, worst] = [lastOf(holds), worstCase(targets)];
  const take = async ({ held, isAmple, ...spared }: FirstHold): Promise<Admitted | Shortage> => {
    const ceilingPico = held.pico < worst.pico ? worst.pico : undefined;
    const terms = { holdPico: held.pico, ceilingPico, ...spared };
    try {
      const hold = await reserve(admission, terms, last.held.tokens);
      return { hold, targets, outputTokensCap: undefined, plan, isAmple };
    } catch (error) {
      const shortage = toShortage(error, admission, last.held, worst);
      if (error instanceof InsufficientFunds || shortage.isOfAccount) shortAccounts.add(caller.accountId);
      return shortage;
    }
  };
  /** Tries the holds for which the account is not known to be short. */
  const takeFirst = async (some: FirstHolds, known: Shortage | undefined): Promise<Admitted | Shortage> => {
    let short = known;
    for (const first of some) {
      if (short && !isAfforded(first, short)) continue;
      const taken = await take(first);
      if (!(taken instanceof Shortage)) return taken;
      short = taken;
    }
    return short ?? take(last);
  };
  const isShort = shortAccounts.has(caller.accountId);
  let taken = await takeFirst(holds, isShort ? await knownShortage(admission, last, worst) : undefined);
  if (!(taken instanceof Shortage)) return taken;
  const counted = await admitCounted(admission, taken);
  if (counted) return counted;
  for (const milliseconds of WAITS_MS) {
    if (!mayComeBack(taken, last) || !(await admission.wait(milliseconds))) break;
    taken = await takeFirst([last], await knownShortage(admission, last, worst));
    if (!(taken instanceof Shortage)) return taken;
  }
  if (mayComeBack(taken, last)) throw walletBusy(taken, last.held.pico);
  const cap = affordableCap(request, targets, taken.affordedPico);
  if (cap === undefined) throw taken.refusal;
  return admitWorstCase(admission, { cap });
}

/** The facts about a request that has to hold its worst case. */
interface WorstCaseTerms {
  /** A limit of the output to begin with. @default none */
  readonly cap?: number;
  /** Epoch milliseconds: when the request may begin with less. @default it never may */
  readonly rollsFrom?: number | undefined;
}

/**
 * Holds the worst case of the most expensive target. If the client set no limit and the wallet or a budget cannot afford
 * the model's whole output, the output is limited to what is affordable.
 */
async function admitWorstCase(admission: Admission, terms: WorstCaseTerms = {}): Promise<Admitted> {
  const { request, targets, plan } = admission;
  let { cap } = terms;
  for (let tries = 0; ; tries += 1) {
    const worst = worstCase(targets, cap === undefined ? undefined : cap * request.choices);
    try {
      const hold = await reserve(admission, { holdPico: worst.pico }, worst.tokens);
      return { hold, targets, outputTokensCap: cap, plan };
    } catch (error) {
      // The request may begin with less soon, so the limit does not keep it out for good.
      if (error instanceof TooLargeForMinute && terms.rollsFrom !== undefined)
        throw cutBefore(worst.pico, terms.rollsFrom - admission.now);
      const shortage = toShortage(error, admission, worst, worst);
      cap = affordableCap(request, targets, shortage.affordedPico);
      if (cap !== undefined && tries < CAP_TRIES_MAX) continue;
      const counted = await admitCounted(admission, shortage);
      if (counted) return counted;
      throw refusalAfterCut(admission, shortage, terms) ?? shortage.refusal;
    }
  }
}

/** The error for a request that the account cannot afford now, and can begin once it may hold less than its worst case. */
function refusalAfterCut(
  { plan, request, targets, timeLimitMs, now }: Admission,
  { affordedPico, heldPico }: Shortage,
  { rollsFrom }: WorstCaseTerms,
): AppError | undefined {
  if (plan === undefined || rollsFrom === undefined) return undefined;
  const { held } = lastOf(firstHolds(plan, request, targets, timeLimitMs));
  return affordedPico + heldPico >= held.pico ? cutBefore(worstCase(targets).pico, rollsFrom - now) : undefined;
}

/**
 * @param tokens how many to count in the minute
 * @throws TooLargeForMinute
 */
function reserve(
  { wallet, caller, rules, requestId, deadline, details, now }: Admission,
  terms: Pick<HoldTerms, 'holdPico' | 'ceilingPico' | 'sparedPico' | 'isByHeld'>,
  tokens: number,
): Promise<Hold> {
  const { accountId } = caller;
  const counting = countingOf(caller, { now, tokens, spending: rules });
  if (counting?.minute) refuseTooLarge(counting.minute);
  const { version: rulesVersion } = rules;
  return wallet.reserve({ ...terms, accountId, requestId, deadline, request: details, rulesVersion, counting });
}
