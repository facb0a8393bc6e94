/** A change of the tables that is committed as a whole. */
export interface Transaction<Plan> {
  /** Reads the tables and decides what to write. If it throws, for a failed condition, the caller gets the error. */
  readonly plan: () => Plan;
  /** Writes. An error means that the database failed, so nothing of the commit is kept. */
  readonly apply: (plan: Plan) => void;
  /** Called once the commit is made, before the caller resumes. It must not throw. */
  readonly publish: (plan: Plan) => void;
}

/** Makes transactions durable, in the order in which they were given. */
export interface Commits {
  /** @throws StoreUnavailable when nothing was committed, or whatever `plan` throws */
  run<Plan>(transaction: Transaction<Plan>): Promise<Plan>;
  /** Removes what is left of deleted items outside the tables. */
  scrub(): Promise<void>;
  /** Resolves once running commits are made. Transactions that wait are refused with StoreUnavailable. */
  close(): Promise<void>;
}
