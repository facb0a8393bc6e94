import { EmbeddedStore } from '../../../../lambdas/adapters/embedded/embedded-store';
import { ruleFor, type SubjectKind } from '../../../../lambdas/contracts/storage/erasure-rule';
import type { StoredItem } from '../../../../lambdas/contracts/storage/stored-item';
import { eraseItems } from '../../../../lambdas/domain/privacy/erasure/erase-items';
import { findRemains } from '../../../../lambdas/domain/privacy/erasure/find-remains';
import type { DataSubject } from '../../../../lambdas/domain/privacy/export/subject';
import { REGISTER } from '../../../../lambdas/domain/privacy/register';
import { keyOf } from '../../../../lambdas/domain/table/key-of';
import type { TableStore } from '../../../../lambdas/domain/table/table-store';
import type { Item } from '../../../../lambdas/domain/table/value';
import { exampleIds, storeExamples } from '../example-items';
import { hiddenItems, userOf } from '../hidden-items';
import { WholeStore } from '../whole-store';

/** More calls than any test needs. */
const CALLS_MAX = 2_000;

/** A store with one item of every kind for each of two accounts and their owners. */
export class ErasureStage {
  readonly ours = exampleIds(1);
  readonly theirs = exampleIds(2);
  readonly store = new WholeStore(EmbeddedStore.memory({ clock: () => Date.parse('2026-11-20T10:00:00.000Z') }));
  /** The positions between calls, in order. */
  readonly positions: string[] = [];

  static async open(): Promise<ErasureStage> {
    const stage = new ErasureStage();
    for (const [ids, marker] of [
      [stage.ours, 'ours'],
      [stage.theirs, 'theirs'],
    ] as const) {
      await storeExamples(stage.store, ids, marker);
      await storeExamples(stage.store, ids, marker, hiddenItems);
    }
    return stage;
  }

  get account(): DataSubject {
    return { ownerId: this.ours.accountId, kind: 'account', memberIds: [this.ours.personId] };
  }

  get person(): DataSubject {
    const { accountId, personId } = this.ours;
    const ids = { personId, accountIds: [accountId], ...userOf('ours') };
    return { ownerId: personId, kind: 'person', ids };
  }

  /** Erases a subject, call by call. @returns how much each call erased */
  async erase(subject: DataSubject, costMax = Infinity, store: TableStore = this.store): Promise<readonly number[]> {
    const erased: number[] = [];
    for (let calls = 0; calls < CALLS_MAX; calls += 1) {
      const call = await eraseItems({ store, limits: { costMax } }, subject, this.positions.at(-1));
      erased.push(call.erased);
      if (call.isComplete) return erased;
      this.positions.push(call.position!);
    }
    throw new Error('CALLS_MAX is too small');
  }

  /** The remains of a subject, by kind. */
  async remains(subject: DataSubject, costMax = Infinity): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    let position: string | undefined;
    for (let calls = 0; calls < CALLS_MAX; calls += 1) {
      const call = await findRemains({ store: this.store, limits: { costMax } }, subject, position);
      for (const { kind, items } of call.remains) counts.set(kind, (counts.get(kind) ?? 0) + items);
      if (call.isComplete) return counts;
      position = call.position;
    }
    throw new Error('CALLS_MAX is too small');
  }
}

/** The kind of an item of `everything()`. */
export function kindOf(name: string, item: Item): StoredItem {
  const [table] = name.split(' ');
  const kind = REGISTER.find((each) => each.table.name === table && each.is(keyOf({ table: each.table, put: item })));
  if (kind === undefined) throw new Error(`${name} is of no kind`);
  return kind;
}

/** Whether the rule of a kind leaves its items in the store. */
export const stays = (kind: StoredItem, subject: SubjectKind): boolean =>
  ['ends', 'expires', 'kept', 'reduced'].includes(ruleFor(kind.erasure, subject).does);
