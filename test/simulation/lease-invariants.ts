import type { Item } from '../../lambdas/domain/table/value';
import { fingerprint, movedInto, pico, text, texts } from './fields';
import type { Intents } from './intents';
import type { Turn } from './lease-turns';
import { nameOfTurn } from './lease-turns';
import type { ItemChange, Stored } from './stored';
import { expectKept } from './violation';

/** A lease holds this many times the worst case of the request that it was taken for. */
const HOLDS = 8n;
/** The attributes that never change during the life of a lease. */
const FIXED = ['pk', 'sk', 'leaseId', 'accountId', 'drawer', 'heldPico'] as const;

/** Checks that a lease is taken, passed from one request to the next, and ended by an entry. */
export function leaseIsRight(
  { before, after }: ItemChange,
  changes: readonly ItemChange[],
  stored: Stored,
  intents: Intents,
): void {
  if (after && !before) isTakenRight(after, stored, intents);
  else if (after && before) isGivenOnRight(before, after, stored, intents);
  // Absent before and after means that this repeats an earlier commit.
  else if (before) isEndedRight(before, changes, stored);
}

function isTakenRight(lease: Item, stored: Stored, intents: Intents): void {
  const leaseId = text(lease, 'leaseId');
  requestIsWanted(lease, intents);
  const isWhole = pico(lease, 'heldPico') === HOLDS * pico(lease, 'requestHeldPico');
  expectKept('invariant 8', isWhole, `${leaseId} does not hold eight times its request`);
  expectKept('invariant 3', pico(lease, 'turn') === 1n, `${leaseId} does not begin with its first request`);
  tallies(lease, lease, []);
  const entry = stored.entriesOf(text(lease, 'accountId')).get(`entry#${leaseId}`);
  expectKept('invariant 3', entry === undefined, `${leaseId} is there again after its end`);
}

function isGivenOnRight(before: Item, after: Item, stored: Stored, intents: Intents): void {
  // An earlier attempt had already made this change.
  if (fingerprint(before) === fingerprint(after)) return;
  const leaseId = text(before, 'leaseId');
  expectKept(
    'invariant 3',
    FIXED.every((name) => before[name] === after[name]),
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
    intent.holdsPico.has(pico(lease, 'requestHeldPico')) &&
    intent.priceVersion === lease['priceVersion'] &&
    BigInt(intent.deadline) === lease['deadline'];
  expectKept('invariant 8', isWanted, `nobody wanted a lease for ${requestId}`);
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
