import type { Check, TableStore, Write } from '../../../lambdas/domain/table/table-store';

const textOf = (writes: readonly (Write | Check)[]): string =>
  JSON.stringify(writes, (_name, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
  });

/** A store that keeps the text of everything that was ever written to it. */
export function keepingWritten(inner: TableStore, written: string[]): TableStore {
  return {
    get: (get) => inner.get(get),
    query: (query) => inner.query(query),
    write: (write) => {
      written.push(textOf([write]));
      return inner.write(write);
    },
    transact: (writes, token) => {
      written.push(textOf(writes));
      return inner.transact(writes, token);
    },
  };
}
