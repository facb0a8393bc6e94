import type { Item } from '../../lambdas/domain/table/value';
import { movedInto, movesOf, pico, text, tokensOf } from './fields';
import type { Intents } from './intents';
import { accountIdOf, paymentIdOf } from './intents';
import type { Payment } from './plan';
import { CLOCK_STEP_MS_MAX, PRICES } from './actions';
import type { Stored } from './stored';
import { expectKept } from './violation';

const AMOUNTS = ['availablePico', 'heldPico', 'spentPico', 'fundedPico', 'refundedPico'] as const;
const BOOKS = ['available', 'spent', 'funded', 'refunded'] as const;
/** Which books an entry of each kind moves money between. */
const MOVES: { readonly [kind: string]: readonly string[] } = {
  credit: ['funded>available'],
  charge: ['available>spent', 'operatorLoss>overrun'],
  adjustment: ['available>spent', 'operatorLoss>overrun'],
  release: [],
  expire: [],
};

/** What holds for one account after every commit. */
export function invariantsOfAccount(
  accountId: string,
  stored: Stored,
  intents: Intents,
  payments: readonly Payment[],
): void {
  const entries = [...stored.entriesOf(accountId)];
  const balance = stored.balances.get(accountId);
  if (!balance) {
    // The keys of an account need no wallet.
    expectKept('invariant 7', entries.length === 0, `${accountId} has entries and no balance`);
    return;
  }
  balanceAddsUp(accountId, balance);
  const holds = [...stored.holds.values()].filter((hold) => hold['accountId'] === accountId);
  balanceIsReplay(
    balance,
    entries.map(([, entry]) => entry),
    holds,
  );
  for (const [sk, entry] of entries) {
    entryBalances(sk, entry);
    if (entry['kind'] === 'credit') creditIsPaid(accountId, sk, entry, payments);
    else endIsRight(accountId, text(entry, 'requestId'), stored, intents);
  }
}

function balanceAddsUp(accountId: string, balance: Item): void {
  for (const name of AMOUNTS) {
    expectKept('invariant 2', pico(balance, name) >= 0n, `${name} of ${accountId} is ${pico(balance, name)}`);
  }
  const [available, held, spent, funded, refunded] = AMOUNTS.map((name) => pico(balance, name));
  const sum = (available ?? 0n) + (held ?? 0n) + (spent ?? 0n) + (refunded ?? 0n);
  expectKept('invariant 1', funded === sum, `${accountId} was funded ${funded} and has ${sum}`);
}

function balanceIsReplay(balance: Item, entries: readonly Item[], holds: readonly Item[]): void {
  const held = holds.reduce((sum, hold) => sum + pico(hold, 'heldPico'), 0n);
  expectKept('invariant 7', pico(balance, 'heldPico') === held, `held is ${pico(balance, 'heldPico')}, not ${held}`);
  for (const book of BOOKS) {
    const moved = entries.reduce((sum, entry) => sum + movedInto(book, entry), 0n);
    const replayed = book === 'available' ? moved - held : book === 'funded' ? -moved : moved;
    const actual = pico(balance, `${book}Pico`);
    expectKept('invariant 7', actual === replayed, `${book} is ${actual}, its replay ${replayed}`);
  }
}

function entryBalances(sk: string, entry: Item): void {
  const allowed = MOVES[text(entry, 'kind')] ?? [];
  for (const { from, to, amountPico } of movesOf(entry)) {
    const isRight = amountPico > 0n && allowed.includes(`${from}>${to}`);
    expectKept('invariant 1', isRight, `${sk} moves ${amountPico} from ${from} to ${to}`);
  }
}

/** One payment is one entry by its key; here the entry is the payment's. */
function creditIsPaid(accountId: string, sk: string, entry: Item, payments: readonly Payment[]): void {
  const payment = payments.findIndex((_, place) => sk === `entry#${paymentIdOf(place)}`);
  const { account, amountPico } = payments[payment] ?? {};
  const isPaid = account !== undefined && accountIdOf(account) === accountId;
  expectKept('invariant 5', isPaid && amountPico === movedInto('available', entry), `${sk} is no such payment`);
}

function endIsRight(accountId: string, requestId: string, stored: Stored, intents: Intents): void {
  const intent = intents.requests.get(requestId);
  const hold = stored.holdsEver.get(requestId);
  const { end, late } = stored.endOf(accountId, requestId);
  expectKept('invariant 3', !stored.holds.has(requestId), `${requestId} is held after its end`);
  expectKept('invariant 8', hold !== undefined && intent !== undefined, `${requestId} ended without a hold`);
  expectKept('invariant 10', end !== undefined, `${requestId} was adjusted and never expired`);
  expectKept('invariant 10', !late || end['kind'] === 'expire', `${requestId} was adjusted after another end`);
  const decisive = late ?? end;
  const spent = movedInto('spent', decisive);
  const overrun = movedInto('overrun', decisive);
  expectKept('invariant 4', spent <= pico(hold, 'heldPico'), `${requestId} was charged more than it held`);
  expectKept('invariant 6', decisive['priceVersion'] === intent.priceVersion, `${requestId} names no price`);
  usageExplains(requestId, decisive, stored.usage.get(requestId));
  const isExpired = decisive['kind'] === 'expire';
  const isWanted = isExpired ? spent + overrun === 0n : intent.costsPico.has(spent + overrun);
  expectKept('invariant 4', isWanted, `nobody's usage of ${requestId} cost ${spent} and ${overrun}`);
  const isDue = end['kind'] !== 'expire' || intents.sweepsEverything || isDueAt(text(end, 'at'), intent.deadline);
  expectKept('invariant 9', isDue, `${requestId} expired before its deadline`);
}

/** By the clock of the process that expired it, which may have been set back a little since it looked. */
const isDueAt = (at: string, deadline: number): boolean => Date.parse(at) >= deadline - CLOCK_STEP_MS_MAX;

/** A record may have ended by time; while it is there, the charge can be computed from it again. */
function usageExplains(requestId: string, entry: Item, record: Item | undefined): void {
  if (!record) return;
  const [spent, overrun] = [movedInto('spent', entry), movedInto('overrun', entry)];
  const isSame = pico(record, 'costPico') === spent && pico(record, 'overrunPico') === overrun;
  expectKept('usage records', isSame, `the record of ${requestId} tells another charge than its entry`);
  if (record['status'] !== 'completed') return;
  const price = PRICES.get(text(record, 'priceVersion'));
  expectKept('invariant 6', price !== undefined, `the record of ${requestId} names no price`);
  expectKept('invariant 6', tokensOf(record) * price === spent + overrun, `${requestId} cannot be computed again`);
}
