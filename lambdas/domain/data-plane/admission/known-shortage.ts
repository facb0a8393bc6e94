import { countingOf } from '../../keys/counting';
import type { SpendingRules } from '../../keys/spending/known-spending-rules';
import type { KeyOwner } from '../../keys/verified-keys';
import { StoreUnavailable } from '../../table/table-errors';
import type { Balance } from '../../wallet/balance/balance';
import { sparedFor } from '../../wallet/holds/spared-money';
import type { Wallet } from '../../wallet/wallet';
import { type BudgetLeft, InsufficientFunds, KeyLimitReached } from '../../wallet/wallet-errors';
import { refuseBlocked } from './admission-errors';
import type { FirstHold } from './first-hold';
import { type Shortage, toShortage } from './refusals';
import type { WorstCase } from './worst-case';

interface Asking {
  readonly wallet: Wallet;
  readonly caller: KeyOwner;
  readonly rules: SpendingRules;
  readonly now: number;
}

/**
 * The money that the account has now, as a shortage for holds that need more, or that of the key's budget if that is too
 * little even for the last of them. A read costs less than an attempt at a hold that fails.
 * @returns undefined when the store does not answer: an attempt at the hold, which is retried, then shows it
 * @throws Forbidden, InsufficientQuota when the account is suspended or in debt
 */
export async function knownShortage(
  asking: Asking,
  { held }: FirstHold,
  worst: WorstCase,
): Promise<Shortage | undefined> {
  const { wallet, caller, rules, now } = asking;
  const counting = countingOf(caller, { now, tokens: held.tokens, spending: rules });
  let balance: Balance | undefined;
  let budget: BudgetLeft | undefined;
  try {
    balance = await wallet.balance(caller.accountId);
    budget = counting && (await wallet.budget(counting));
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
  refuseBlocked(balance);
  if (budget && budget.leftPico < held.pico)
    return toShortage(new KeyLimitReached({ kind: 'budget', ...budget }), asking, held, worst);
  const { availablePico, heldPico } = balance ?? { availablePico: 0n, heldPico: 0n };
  const error = new InsufficientFunds({ availablePico, heldPico, hasDrawers: false });
  return toShortage(error, asking, held, worst);
}

/** Whether there is enough for the hold. An account also has to leave something for its running requests. */
export function isAfforded({ held, ...spared }: FirstHold, { of, affordedPico, heldPico }: Shortage): boolean {
  return affordedPico >= held.pico + (of === 'account' ? sparedFor(spared, heldPico) : 0n);
}

/** Whether the money that running requests hold would be enough for the request. */
export const mayComeBack = ({ affordedPico, heldPico }: Shortage, { held }: FirstHold): boolean =>
  heldPico > 0n && affordedPico + heldPico >= held.pico;
