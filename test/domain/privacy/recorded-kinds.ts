import { KEY_ATTRIBUTES } from '../../../lambdas/contracts/storage/stored-item';
import { REGISTER } from '../../../lambdas/domain/privacy/register';
import { keyOf } from '../../../lambdas/domain/table/key-of';
import type { Check, TableStore, Write } from '../../../lambdas/domain/table/table-store';

/** The kinds that were written to a store, and what the register does not say about them. */
export class RecordedKinds {
  readonly kinds = new Set<string>();
  readonly faults = new Set<string>();

  /** A store that records what is written to it. */
  on(inner: TableStore): TableStore {
    return {
      get: (get) => inner.get(get),
      query: (query) => inner.query(query),
      write: (write) => {
        this.#record(write);
        return inner.write(write);
      },
      transact: (writes, token) => {
        writes.forEach((write) => this.#record(write));
        return inner.transact(writes, token);
      },
    };
  }

  #record(write: Write | Check): void {
    if ('check' in write || 'delete' in write) return;
    const key = keyOf(write);
    const kinds = REGISTER.filter(({ table, is }) => table === write.table && is(key));
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      this.faults.add(`${write.table.name} ${key.pk} ${key.sk}: ${kinds.map((each) => each.kind).join()}`);
      return;
    }
    this.kinds.add(kind.kind);
    const { set = {}, add = {} } = 'update' in write ? write.change : { set: write.put };
    for (const name of Object.keys({ ...set, ...add })) {
      const isKey = (KEY_ATTRIBUTES as readonly string[]).includes(name);
      const isDeclared = name in kind.fields || isKey || kind.collects?.(name) === true;
      if (!isDeclared) this.faults.add(`${kind.kind}.${name}`);
    }
  }
}
