import { type KeyRules, labelsSchema } from '../../contracts/http/key-rules';
import { allows } from '../../contracts/http/permissions';
import type { Actor } from '../access/actor';
import { DEPLOYMENT } from '../access/actor';
import { VersionMismatch } from '../errors/refusal';
import { absent } from '../table/condition';
import { findOwnedKey } from './find-key';
import type { KeyInfo } from './key-item';
import { changeKey, encodeRules, isLive } from './key-item';
import { readListing } from './key-listing';
import type { KeysDependencies } from './keys-dependencies';
import { KeyNotLive, LabelsBudgeted } from './keys-errors';
import { budgetedChanges } from './spending/budgets';
import { readSpendingRules } from './spending/spending-rules-item';
import { changedRules, parseRules, recordedRules } from './rule-changes';

export interface RulesChange {
  readonly accountId: string;
  readonly keyId: string;
  readonly rules: KeyRules;
  /** @default a command of the deployment */
  readonly actor?: Actor;
  /** The version that was read. @default any */
  readonly version?: number | undefined;
}

/** Replaces all rules of a key; see Keys.changeRules. */
export async function changeKeyRules(dependencies: KeysDependencies, request: RulesChange): Promise<KeyInfo> {
  const { store, clock, audit, forget } = dependencies;
  const { accountId, keyId, actor = DEPLOYMENT } = request;
  const rules = parseRules(request.rules);
  const stored = await findOwnedKey(store, keyId, accountId);
  const listing = await readListing(store, accountId, keyId);
  if (!listing || !isLive(stored, clock())) throw new KeyNotLive();
  const { rules: before, version, ...rest } = listing;
  if (request.version !== undefined && request.version !== version) throw new VersionMismatch();
  await expectMayChangeLabels(store, request, before);
  const changed = changeKey(
    { accountId, keyId },
    {
      ...(rules ? { set: { rules: encodeRules(rules) } } : { remove: ['rules'] }),
      when: absent('revokedAt'),
      otherwise: () => new KeyNotLive(),
      version,
    },
  );
  await audit.record({
    chain: accountId,
    actor,
    action: 'key.change',
    target: keyId,
    before: recordedRules(before),
    after: { ...recordedRules(rules), changed: changedRules(before, rules) },
    writes: changed,
  });
  forget(keyId);
  return { ...rest, ...(rules && { rules }), version: version + 1 };
}

/**
 * Refuses a change by which a key would leave or join the budget of a label, unless its author may change budgets.
 * @throws LabelsBudgeted
 */
async function expectMayChangeLabels(
  store: KeysDependencies['store'],
  { accountId, actor = DEPLOYMENT, rules }: RulesChange,
  before: KeyInfo['rules'],
): Promise<void> {
  if (actor.kind !== 'member' || allows('spending.change', actor.role)) return;
  const { budgets } = await readSpendingRules(store, accountId);
  if (budgets === 'unknown') throw new LabelsBudgeted([]);
  const names = budgetedChanges(budgets, labelsSchema.safeParse(before?.['labels']).data, rules.labels);
  if (names.length > 0) throw new LabelsBudgeted(names);
}
