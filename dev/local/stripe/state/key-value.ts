/** Where the fake keeps its state between runs. Without one, the state ends with the process. */
export interface KeyValuePort {
  /** All entries, in any order. */
  load(): Iterable<readonly [key: string, value: string]>;
  /** @param value JSON */
  set(key: string, value: string): void;
}
