import type { ErasureInput } from '../../../contracts/storage/erasure';
import type { PaymentProcessor } from '../../payments/processor';

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

/** The payment processor, as far as an erasure ends a customer's dealings with it. */
export type ErasableCustomers = Pick<PaymentProcessor, 'endDealings' | 'deleteCustomer'>;
