import type { Item } from '../../lambdas/domain/table/value';
import { movedInto, movesOf, pico, text } from './fields';
import type { Intents } from './intents';
import { accountIdOf, paymentIdOf } from './intents';
import type { Payment } from './planned';
import { CLOCK_STEP_MS_MAX } from './actions';
import type { Stored } from './stored';
import { isRecomputed } from './usage-invariants';
import { expectKept } from './violation';

const AMOUNTS = ['availablePico', 'heldPico', 'spentPico', 'fundedPico', 'refundedPico'] as const;
const BOOKS = ['available', 'spent', 'funded', 'refunded'] as const;
/** The books between which each kind of entry may move money. */
const MOVES: { readonly [kind: string]: readonly string[] } = {
  credit: ['funded>available'],
  charge: ['available>spent', 'operatorLoss>overrun'],
  lease: ['available>spent', 'operatorLoss>overrun'],
  adjustment: ['available>spent', 'operatorLoss>overrun'],
  release: [],
  expire: [],
};

/** Checks the invariants of one account. They hold after every commit. */
export function invariantsOfAccount(
  accountId: string,
  stored: Stored,
  intents: Intents,
  payments: readonly Payment[],
): void {
  const entries = [...stored.entriesOf(accountId)];
  const main = stored.balances.get(accountId);
  const drawers = stored.drawersOf(accountId);
  if (!main) {
    // An account can have keys without a wallet.
    const isNone = entries.length === 0 && drawers.length === 0;
    expectKept('invariant 7', isNone, `${accountId} has entries and no balance`);
    return;
  }
  // The main balance must tell readers that there is money in drawers.
  const areKnown = drawers.length === 0 || main['hasDrawers'] === true;
  expectKept('invariant 7', areKnown, `${accountId} has drawers that it does not know of`);
  balancesAddUp(accountId, [main, ...drawers]);
  balancesAreReplay(accountId, [main, ...drawers], stored);
  for (const [sk, entry] of entries) {
    entryBalances(sk, entry);
    if (entry['kind'] === 'credit') creditIsPaid(accountId, sk, entry, payments);
    else if (entry['kind'] !== 'lease') endIsRight(accountId, text(entry, 'requestId'), stored, intents);
  }
}

/** An absent amount counts as 0, because a drawer has no payments of its own. */
const amountOf = (balance: Item, name: string): bigint => (balance[name] === undefined ? 0n : pico(balance, name));

const sumOf = (balances: readonly Item[], name: string): bigint =>
  balances.reduce((sum, balance) => sum + amountOf(balance, name), 0n);

function balancesAddUp(accountId: string, balances: readonly Item[]): void {
  for (const name of AMOUNTS) {
    const least = balances.map((balance) => amountOf(balance, name)).find((amountPico) => amountPico < 0n);
    expectKept('invariant 2', least === undefined, `${name} of ${accountId} is ${least}`);
  }
  const [available, held, spent, funded, refunded] = AMOUNTS.map((name) => sumOf(balances, name));
  const sum = (available ?? 0n) + (held ?? 0n) + (spent ?? 0n) + (refunded ?? 0n);
  expectKept('invariant 1', funded === sum, `${accountId} was funded ${funded} and has ${sum}`);
}

function balancesAreReplay(accountId: string, balances: readonly Item[], stored: Stored): void {
  const isOurs = (hold: Item): boolean => hold['accountId'] === accountId;
  const holds = [...stored.holds.values()].filter(isOurs);
  const leases = [...stored.leases.values()].filter(isOurs);
  for (const balance of balances) {
    const [, drawer] = text(balance, 'pk').split('#');
    const holders = drawer === undefined ? holds : leases.filter((lease) => lease['drawer'] === drawer);
    const [actual, held] = [pico(balance, 'heldPico'), sumOf(holders, 'heldPico')];
    expectKept('invariant 7', actual === held, `held is ${actual}, not ${held}, in ${drawer ?? 'the main balance'}`);
  }
  const held = sumOf([...holds, ...leases], 'heldPico');
  expectKept('invariant 7', sumOf(balances, 'heldPico') === held, `${accountId} holds elsewhere than in its balances`);
  const entries = [...stored.entriesOf(accountId).values()];
  for (const book of BOOKS) {
    const moved = entries.reduce((sum, entry) => sum + movedInto(book, entry), 0n);
    const replayed = book === 'available' ? moved - held : book === 'funded' ? -moved : moved;
    const actual = sumOf(balances, `${book}Pico`);
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

/** The entry's key makes it unique per payment; this checks that the entry matches its payment. */
function creditIsPaid(accountId: string, sk: string, entry: Item, payments: readonly Payment[]): void {
  const payment = payments.findIndex((_, index) => sk === `entry#${paymentIdOf(index)}`);
  const { account, amountPico } = payments[payment] ?? {};
  const isPaid = account !== undefined && accountIdOf(account) === accountId;
  expectKept('invariant 5', isPaid && amountPico === movedInto('available', entry), `${sk} is no such payment`);
}

function endIsRight(accountId: string, requestId: string, stored: Stored, intents: Intents): void {
  const intent = intents.requests.get(requestId);
  const held = stored.heldFor(requestId);
  const { end, late } = stored.endOf(accountId, requestId);
  // A lease may have ended the request instead. The sweeper then gives back the hold after its deadline.
  const isHeld = stored.holds.has(requestId) && stored.turns.ofRequest(requestId).length === 0;
  expectKept('invariant 3', !isHeld, `${requestId} is held after its end`);
  expectKept('invariant 8', held.length > 0 && intent !== undefined, `${requestId} ended without a hold`);
  expectKept('invariant 10', end !== undefined, `${requestId} was adjusted and never expired`);
  expectKept('invariant 10', !late || end['kind'] === 'expire', `${requestId} was adjusted after another end`);
  const decisive = late ?? end;
  const spent = movedInto('spent', decisive);
  const overrun = movedInto('overrun', decisive);
  // An end in time is compared with the hold that it ended; see ./hold-invariants.ts.
  const { ceilingPico = 0n, isEstimated } = intent;
  const isCovered = (mostPico: bigint): boolean => spent <= mostPico;
  const isWithin = held.some(isCovered) || (!isEstimated && isCovered(ceilingPico));
  expectKept('invariant 4', isWithin, `${requestId} was charged more than it held or than its ceiling`);
  expectKept('invariant 6', decisive['priceVersion'] === intent.priceVersion, `${requestId} names no price`);
  const isLeased = stored.turns.ofRequest(requestId).some(({ record }) => record !== undefined);
  expectKept('invariant 3', !isLeased, `${requestId} was charged to its lease and ended once more`);
  usageExplains(requestId, decisive, stored.usage.get(requestId));
  const isExpired = decisive['kind'] === 'expire';
  const isWanted = isExpired ? spent + overrun === 0n : intent.costsPico.has(spent + overrun);
  expectKept('invariant 4', isWanted, `no usage of ${requestId} cost ${spent} and ${overrun}`);
  const isDue = end['kind'] !== 'expire' || intents.sweepsEverything || isDueAt(text(end, 'at'), intent.deadline);
  expectKept('invariant 9', isDue, `${requestId} expired before its deadline`);
}

/** Judged by the clock of the process that expired the hold, which may have been set back a little since. */
const isDueAt = (at: string, deadline: number): boolean => Date.parse(at) >= deadline - CLOCK_STEP_MS_MAX;

/** A charge can be recomputed from its usage record, as long as the record has not expired. */
function usageExplains(requestId: string, entry: Item, record: Item | undefined): void {
  if (!record) return;
  const [spent, overrun] = [movedInto('spent', entry), movedInto('overrun', entry)];
  const isSame = pico(record, 'costPico') === spent && pico(record, 'overrunPico') === overrun;
  expectKept('usage records', isSame, `the record of ${requestId} tells another charge than its entry`);
  isRecomputed(record);
}
