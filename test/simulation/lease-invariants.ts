import { lesser } from '../../lambdas/domain/money/pico';
import type { Item } from '../../lambdas/domain/table/value';
import { fingerprint, movedInto, pico, text, texts } from './fields';
import type { Intents, RequestIntent } from './intents';
import type { Turn } from './lease-turns';
import { nameOfTurn } from './lease-turns';
import type { ItemChange, Stored } from './stored';
import { expectKept } from './violation';

/** A lease holds this many times the first hold of its request, or the mean charge. */
const HOLDS = 8n;
/** The attributes that never change during the life of a lease. */
const FIXED = ['pk', 'sk', 'leaseId', 'accountId', 'drawer'] as const;
/** The attributes that change when a lease grows for its request. */
const GROWING: ReadonlySet<string> = new Set(['heldPico', 'requestHeldPico']);

/** Checks that a lease is taken, passed from one request to the next, and ended by an entry. */
export function leaseIsRight(
  { before, after }: ItemChange,
  changes: readonly ItemChange[],
  stored: Stored,
  intents: Intents,
): void {
  if (after && !before) isTakenRight(after, stored, intents);
  else if (after && before && after['turn'] === before['turn']) isGrownRight(before, after, intents);
  else if (after && before) isGivenOnRight(before, after, stored, intents);
  // Absent before and after means that this repeats an earlier commit.
  else if (before) isEndedRight(before, changes, stored);
}

function isTakenRight(lease: Item, stored: Stored, intents: Intents): void {
  const leaseId = text(lease, 'leaseId');
  requestIsWanted(lease, intents);
  const [eachPico, remainderPico] = [pico(lease, 'heldPico') / HOLDS, pico(lease, 'heldPico') % HOLDS];
  const firstPico = [...(intents.requests.get(text(lease, 'requestId'))?.holdsPico ?? [])];
  const isMean = eachPico <= stored.turns.dearestOf(text(lease, 'accountId'));
  const isSized = firstPico.some((pico) => eachPico === pico || (eachPico > pico && isMean));
  // When the account's budget is scarce, a lease is for one request.
  const isSingle = lease['budget'] !== undefined && firstPico.includes(pico(lease, 'heldPico'));
  const isRight = (isSized && remainderPico === 0n) || isSingle;
  expectKept('invariant 8', isRight, `${leaseId} does not hold eight times its request`);
  expectKept('invariant 3', pico(lease, 'turn') === 1n, `${leaseId} does not begin with its first request`);
  tallies(lease, lease, []);
  const entry = stored.entriesOf(text(lease, 'accountId')).get(`entry#${leaseId}`);
  expectKept('invariant 3', entry === undefined, `${leaseId} is there again after its end`);
}

/** A lease grows while its request runs. The growth may arrive after the end of the request, but not on another turn. */
function isGrownRight(before: Item, after: Item, intents: Intents): void {
  // An earlier attempt had already made this change.
  if (fingerprint(before) === fingerprint(after)) return;
  const [leaseId, requestId] = [text(before, 'leaseId'), text(before, 'requestId')];
  const changed = Object.keys({ ...before, ...after }).filter(
    (name) => fingerprint({ value: before[name] ?? null }) !== fingerprint({ value: after[name] ?? null }),
  );
  expectKept(
    'invariant 3',
    changed.every((name) => GROWING.has(name)),
    `${leaseId} is another one now`,
  );
  const [heldPico, leftPico] = [pico(after, 'requestHeldPico'), pico(after, 'heldPico') - pico(after, 'settledPico')];
  const isMore = heldPico > pico(before, 'requestHeldPico') && pico(after, 'heldPico') >= pico(before, 'heldPico');
  expectKept('invariant 3', isMore, `${leaseId} shrinks`);
  expectKept('invariant 8', heldPico <= leftPico, `${leaseId} does not cover the request that it grew for`);
  const isExact = leftPico === heldPico || pico(after, 'heldPico') === pico(before, 'heldPico');
  expectKept('invariant 8', isExact, `${leaseId} grew by more than its request needs`);
  const intent = intents.requests.get(requestId);
  const isExtended = intent?.resizes.some(({ leastPico, mostPico }) => leastPico <= heldPico && heldPico <= mostPico);
  const isCharged =
    intent?.isEstimated === false &&
    [...intent.costsPico].some((costPico) => heldPico <= costPico && isBelow(intent, heldPico));
  expectKept('invariant 8', isExtended === true || isCharged, `nobody wanted ${requestId} to hold ${heldPico}`);
}

const isBelow = ({ ceilingPico = 0n }: RequestIntent, heldPico: bigint): boolean => heldPico <= ceilingPico;

function isGivenOnRight(before: Item, after: Item, stored: Stored, intents: Intents): void {
  const leaseId = text(before, 'leaseId');
  expectKept(
    'invariant 3',
    [...FIXED, 'heldPico'].every((name) => before[name] === after[name]),
    `${leaseId} is another one now`,
  );
  const isNext = pico(after, 'turn') === pico(before, 'turn') + 1n;
  expectKept('invariant 3', isNext, `${leaseId} skips a request, or changes one`);
  const record = stored.turns.at(nameOfTurn(before))?.record;
  expectKept('invariant 3', record !== undefined, `${leaseId} is given on while its request may run`);
  requestIsWanted(after, intents);
  tallies(after, after, stored.turns.of(leaseId).slice(0, -1));
  const isCovered = pico(after, 'settledPico') + pico(after, 'requestHeldPico') <= pico(after, 'heldPico');
  expectKept('invariant 8', isCovered, `${leaseId} does not cover the request that it is given to`);
}

function isEndedRight(lease: Item, changes: readonly ItemChange[], stored: Stored): void {
  const [leaseId, requestId, accountId] = [text(lease, 'leaseId'), text(lease, 'requestId'), text(lease, 'accountId')];
  const entries = changes.filter(
    ({ kind, key, before }) => kind === 'entry' && key.sk === `entry#${leaseId}` && !before,
  );
  const [entry] = entries.map(({ after }) => after);
  expectKept('invariant 3', entries.length === 1 && entry !== undefined, `${leaseId} went without an end`);
  expectKept('invariant 3', entry['kind'] === 'lease', `${leaseId} ended as a ${text(entry, 'kind')}`);
  const isSame = pico(entry, 'heldPico') === pico(lease, 'heldPico');
  expectKept('invariant 3', isSame, `the end of ${leaseId} names another lease`);
  const { end } = stored.endOf(accountId, requestId);
  const hasEnded = end !== undefined || stored.usage.has(requestId);
  expectKept('invariant 3', hasEnded, `${leaseId} went while its request may run`);
  const amounts = { settledPico: movedInto('spent', entry), overrunPico: movedInto('overrun', entry) };
  tallies(amounts, entry, stored.turns.of(leaseId));
}

function requestIsWanted(lease: Item, intents: Intents): void {
  const requestId = text(lease, 'requestId');
  const intent = intents.requests.get(requestId);
  const isWanted =
    intent !== undefined &&
    intent.accountId === lease['accountId'] &&
    isFirstHold(lease, intent) &&
    intent.priceVersion === lease['priceVersion'] &&
    BigInt(intent.deadline) === lease['deadline'];
  expectKept('invariant 8', isWanted, `nobody wanted a lease for ${requestId}`);
}

/** A request counts on its first hold or, if it rolls, on all that the lease was known to have left up to its ceiling. */
function isFirstHold(lease: Item, { holdsPico, ceilingPico = 0n }: RequestIntent): boolean {
  const heldPico = pico(lease, 'requestHeldPico');
  if (holdsPico.has(heldPico)) return true;
  // Its process may not know of the last growth for an earlier request.
  const leftPico = pico(lease, 'heldPico') - pico(lease, 'settledPico');
  return [...holdsPico].some((firstPico) => firstPico <= heldPico) && heldPico <= lesser(ceilingPico, leftPico);
}

/** The totals of a lease, or of its end, equal the sums of the usage records that were charged to it. */
function tallies(amounts: Item, counted: Item, turns: readonly Turn[]): void {
  const records = turns.map(({ record }) => record).filter((record) => record !== undefined);
  const sum = (name: string): bigint => records.reduce<bigint>((total, record) => total + pico(record, name), 0n);
  const prices = new Set(records.map((record) => text(record, 'priceVersion')));
  const named = texts(counted, 'priceVersions');
  const isSame =
    pico(amounts, 'settledPico') === sum('costPico') &&
    pico(amounts, 'overrunPico') === sum('overrunPico') &&
    pico(counted, 'requests') === BigInt(records.length);
  const id = turns[0]?.leaseId ?? 'a lease';
  expectKept('invariant 7', isSame, `${id} has another sum than the records of its requests`);
  const areNamed = named.length === prices.size && named.every((price) => prices.has(price));
  expectKept('invariant 6', areNamed, `${id} does not name the prices of its charges`);
}
