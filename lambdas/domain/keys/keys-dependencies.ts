import type { Recorder } from '../audit/action';
import type { Clock } from '../clock';
import type { TableStore } from '../table/table-store';
import type { MadeKey, MadeOf } from './new-key';

/** The dependencies of every administrative action on keys. */
export interface KeysDependencies {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: Recorder;
  /** Creates a key without storing it. */
  readonly make: (of: MadeOf) => MadeKey;
  /** Makes this process look the key up again, because it has changed. */
  readonly forget: (keyId: string) => void;
}
