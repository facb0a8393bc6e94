import type { ActionRecorder } from '../audit/action';
import type { Clock } from '../clock';
import type { TableStore } from '../table/table-store';
import type { NewKey, NewKeyProps } from './new-key';

/** The ports and functions that every administrative action on keys uses. */
export interface KeysDependencies {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: ActionRecorder;
  /** Creates a key without storing it. */
  readonly make: (of: NewKeyProps) => NewKey;
  /** Makes this process look the key up again, because it has changed. */
  readonly forget: (keyId: string) => void;
}
