import type { ErasureInput } from '../../../contracts/storage/erasure';

/** Starts the workflow of erasures. */
export interface ErasureWorkflows {
  /** Starts an erasure. Starting one that was started has no effect. */
  startErasure(input: ErasureInput): Promise<void>;
}

/** The user pool, as far as an erasure changes it. */
export interface ErasableUsers {
  /** Ends a user's sign-ins: no token can be refreshed. It has no effect if there is no such user. */
  signOut(subject: string): Promise<void>;
  /** Deletes a user. It has no effect if there is no such user. */
  remove(subject: string): Promise<void>;
  exists(subject: string): Promise<boolean>;
}

/** The files of an owner's exports. */
export interface ErasableFiles {
  /** Deletes the next files of an owner with all their versions. @returns whether none is left */
  removeSome(ownerId: string): Promise<boolean>;
  /** Whether an owner has a file. */
  hasAny(ownerId: string): Promise<boolean>;
}

/** The payment processor, as far as an erasure ends a customer's dealings with it. Both can be repeated. */
export interface ErasableCustomers {
  /** Ends the customer's subscriptions, and closes the pages on which they could still pay. */
  endDealings(customerId: string): Promise<void>;
  /** Deletes the customer with their payment methods. The processor keeps invoices and payments, as the law demands. */
  remove(customerId: string): Promise<void>;
}
