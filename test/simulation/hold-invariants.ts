import { DAY_MS } from '../../lambdas/domain/clock';
import { lesser } from '../../lambdas/domain/money/pico';
import type { Item } from '../../lambdas/domain/table/value';
import { fingerprint, movedInto, pico, text } from './fields';
import type { Intents } from './intents';
import type { ItemChange, Stored } from './stored';
import { expectKept } from './violation';

/** The attributes that never change during the life of a hold. */
const FIXED = ['pk', 'sk', 'accountId', 'requestId', 'ceilingPico', 'priceVersion', 'at'] as const;

/** Checks that a hold is taken, changed as its request wants, and ended by an entry. */
export function holdIsRight(
  { before, after }: ItemChange,
  changes: readonly ItemChange[],
  stored: Stored,
  intents: Intents,
): void {
  if (after) {
    expectKept('invariant 3', after['requestId'] !== undefined, 'a hold that was gone is there again');
    isStillRunning(after, stored);
  }
  // An earlier attempt had already made this change.
  if (fingerprint(before) === fingerprint(after)) return;
  if (after && before) isResizedRight(before, after, stored, intents);
  else if (after) isTakenRight(after, stored, intents);
  else if (before) isEndedRight(before, changes, stored, intents);
}

/** A request that ended on a lease can still get a hold from another attempt; that hold is given back. */
function isStillRunning(hold: Item, stored: Stored): void {
  const requestId = text(hold, 'requestId');
  const { end } = stored.endOf(text(hold, 'accountId'), requestId);
  const isOver = end !== undefined && stored.turns.ofRequest(requestId).length === 0;
  expectKept('invariant 3', !isOver, `${requestId} is held again after its end`);
}

function isTakenRight(hold: Item, stored: Stored, intents: Intents): void {
  const [accountId, requestId] = [text(hold, 'accountId'), text(hold, 'requestId')];
  const intent = intents.requests.get(requestId);
  const isWanted =
    intent?.accountId === accountId &&
    intent.holdsPico.has(pico(hold, 'heldPico')) &&
    (hold['ceilingPico'] === undefined || intent.ceilingPico === hold['ceilingPico']);
  expectKept('invariant 8', isWanted, `nobody wanted the hold of ${requestId}`);
  const isFirst = hold['slice'] === (hold['ceilingPico'] === undefined ? undefined : 0n);
  expectKept('invariant 8', isFirst, `the hold of ${requestId} does not begin with its first slice`);
  expectActive(accountId, requestId, stored);
}

function isResizedRight(before: Item, after: Item, stored: Stored, intents: Intents): void {
  const [accountId, requestId] = [text(before, 'accountId'), text(before, 'requestId')];
  const isSame = FIXED.every((name) => before[name] === after[name]);
  expectKept('invariant 3', isSame, `the hold of ${requestId} is another one now`);
  const isNext = pico(after, 'slice') === pico(before, 'slice') + 1n;
  expectKept('invariant 3', isNext, `the hold of ${requestId} skips a slice, or changes one`);
  const heldPico = pico(after, 'heldPico');
  const { resizes: wanted = [], countedPico = 0n } = intents.requests.get(requestId) ?? {};
  expectKept(
    'invariant 8',
    heldPico >= countedPico,
    `${requestId} counts on ${countedPico}, of which ${heldPico} is held`,
  );
  const isWanted = wanted.some(({ leastPico, mostPico }) => leastPico <= heldPico && heldPico <= mostPico);
  expectKept('invariant 8', isWanted, `nobody wanted the hold of ${requestId} to become ${heldPico}`);
  if (heldPico > pico(before, 'heldPico')) expectActive(accountId, requestId, stored);
}

/** The commit of a hold writes the balance too, so what is stored there now is what the commit met. */
function expectActive(accountId: string, requestId: string, stored: Stored): void {
  const isActive = stored.balances.get(accountId)?.['suspendedAt'] === undefined;
  expectKept('suspension', isActive, `${requestId} took money from a suspended account`);
}

function isEndedRight(hold: Item, changes: readonly ItemChange[], stored: Stored, intents: Intents): void {
  const [accountId, requestId] = [text(hold, 'accountId'), text(hold, 'requestId')];
  if (endedOnLease(accountId, requestId, changes, stored)) return;
  const ends = changes.filter(({ kind, key, before }) => isEntryOf(kind, key.sk, requestId) && !before);
  const [entry] = ends.map(({ after }) => after);
  expectKept('invariant 3', ends.length === 1 && entry !== undefined, `the hold of ${requestId} went without an end`);
  chargeIsWithin(hold, entry, intents);
  const isRecorded = changes.some((change) => change.kind === 'usage' && change.key.sk === requestId && change.after);
  // The usage record of a long past request has expired when it is written.
  const hasEndedByTime = Date.parse(text(entry, 'at')) - Date.parse(text(hold, 'at')) > DAY_MS / 2;
  expectKept('usage records', isRecorded || hasEndedByTime, `${requestId} ended without a usage record`);
}

/**
 * Compares a charge with the hold that it ended. A charge above it took the difference from the balance and the budget
 * in the same commit, whose own invariants show that they could pay it.
 */
function chargeIsWithin(hold: Item, entry: Item, intents: Intents): void {
  const [requestId, heldPico] = [text(hold, 'requestId'), pico(hold, 'heldPico')];
  const spentPico = movedInto('spent', entry);
  const namedPico = spentPico > heldPico ? spentPico : heldPico;
  expectKept('invariant 3', pico(entry, 'heldPico') === namedPico, `the end of ${requestId} names another hold`);
  const intent = intents.requests.get(requestId);
  const isReported = intent?.isEstimated === false;
  expectKept('invariant 4', spentPico <= heldPico || isReported, `${requestId} was charged for more than was reported`);
  const mostPico = intent?.ceilingPico ?? heldPico;
  expectKept('invariant 4', spentPico <= mostPico, `${requestId} was charged more than its ceiling`);
  // While the hold covers the cost, the operator loses nothing, except above the ceiling.
  const coveredPico = intent?.ceilingPico === undefined ? heldPico : lesser(heldPico, intent.ceilingPico);
  const isLossDue = movedInto('overrun', entry) === 0n || spentPico >= coveredPico;
  expectKept('invariant 4', isLossDue, `the operator paid for what the hold of ${requestId} covered`);
}

/** Whether the request ended on a lease instead, so that its hold goes back whole and nothing is recorded. */
function endedOnLease(accountId: string, requestId: string, changes: readonly ItemChange[], stored: Stored): boolean {
  if (changes.some(({ kind }) => kind === 'entry' || kind === 'usage')) return false;
  const { end } = stored.endOf(accountId, requestId);
  const turns = stored.turns.ofRequest(requestId);
  return turns.length > 0 && (end?.['kind'] === 'expire' || turns.some(({ record }) => record !== undefined));
}

const isEntryOf = (kind: string, sk: string, requestId: string): boolean =>
  kind === 'entry' && sk === `entry#${requestId}`;
