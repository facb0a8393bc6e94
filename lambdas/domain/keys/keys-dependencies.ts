import type { ActionRecorder } from '../audit/action';
import type { Clock } from '../clock';
import type { Notify } from '../notifications/outbox/outbox';
import type { TableStore } from '../table/table-store';
import type { NewKey, NewKeyProps } from './new-key';

/** The ports and functions that every administrative action on keys uses. */
export interface KeysDependencies {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: ActionRecorder;
  /** Tells the account's administrators about new keys. */
  readonly notify: Notify;
  /** Creates a key without storing it. */
  readonly make: (of: NewKeyProps) => NewKey;
  /** Makes this process look the key up again, because it has changed. */
  readonly forget: (keyId: string) => void;
}
