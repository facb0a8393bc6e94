import { type ErasureRule, ruleFor, type SubjectKind } from '../../../contracts/storage/erasure-rule';
import type { Place, StoredItem } from '../../../contracts/storage/stored-item';
import type { Item } from '../../table/value';
import { REGISTER } from '../register';

/** From here on, commands know that an account has no usage records because they were erased. */
const FIRST: readonly string[] = ['account-listing'];
/** A subject is found through these, so a run that is repeated still finds what it has not erased. */
const LAST: readonly string[] = ['member', 'membership', 'account', 'subject', 'person'];

const rank = ({ kind }: StoredItem): number => {
  if (FIRST.includes(kind)) return -1;
  return LAST.indexOf(kind) + 1;
};

const IN_ORDER = [...REGISTER].sort((one, other) => rank(one) - rank(other));

/** A rule that erasure has to carry out. */
type ActiveRule = Extract<ErasureRule, { readonly does: 'deleted' | 'reduced' }>;

/** The rule to carry out for items of a kind, if there is one. */
export function activeRule({ erasure }: StoredItem, subject: SubjectKind): ActiveRule | undefined {
  const rule = ruleFor(erasure, subject);
  return rule.does === 'deleted' || rule.does === 'reduced' ? rule : undefined;
}

/** The kinds whose items are found by a subject and erased with it, in the order of erasure. */
export function erasedKinds(subject: SubjectKind): readonly StoredItem[] {
  const isFound = (item: StoredItem): boolean => (subject === 'account' ? item.ofAccount : item.ofPerson) !== undefined;
  return IN_ORDER.filter((item) => isFound(item) && activeRule(item, subject) !== undefined);
}

/** Where items are that belong to another item, and must be erased before it. */
export function placesThrough(
  parent: StoredItem,
  item: Item,
  subject: SubjectKind,
): readonly { readonly kind: StoredItem; readonly place: Place }[] {
  return REGISTER.flatMap((kind) =>
    (kind.through ?? [])
      .filter((through) => through.kind === parent.kind && (through.of ?? subject) === subject)
      .flatMap((through) => through.places(item).map((place) => ({ kind, place }))),
  );
}
