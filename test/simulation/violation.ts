/** Which of the invariants of DESIGN.md, section 5, or which promise beyond them. */
export type Promised =
  | 'invariant 1'
  | 'invariant 2'
  | 'invariant 3'
  | 'invariant 4'
  | 'invariant 5'
  | 'invariant 6'
  | 'invariant 7'
  | 'invariant 8'
  | 'invariant 9'
  | 'invariant 10'
  | 'usage records'
  | 'key rules'
  | 'keys'
  | 'durability'
  | 'answers';

/** A promise that a history broke. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly promised: Promised;
  constructor(promised: Promised, what: string) {
    super(`${promised}: ${what}`);
    this.promised = promised;
  }
}

/** Never to be reached where `isKept` is false. */
export function expectKept(promised: Promised, isKept: boolean, what: string): asserts isKept {
  if (!isKept) throw new Violation(promised, what);
}
