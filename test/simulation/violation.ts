/** An invariant of DESIGN.md, section 5, or another promise. */
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
  | 'invariant 11'
  | 'retention'
  | 'suspension'
  | 'usage records'
  | 'key rules'
  | 'shared budgets'
  | 'keys'
  | 'durability'
  | 'answers';

/** Thrown when a history breaks a promise. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly promised: Promised;
  constructor(promised: Promised, what: string) {
    super(`${promised}: ${what}`);
    this.promised = promised;
  }
}

/** @throws Violation if `isKept` is false */
export function expectKept(promised: Promised, isKept: boolean, what: string): asserts isKept {
  if (!isKept) throw new Violation(promised, what);
}
