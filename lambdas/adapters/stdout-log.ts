import type { Log, LogFields } from '../domain/log';

type Level = 'info' | 'warn' | 'error';

/**
 * Writes JSON lines to standard output, where both Lambda and the local host collect them. No other code prints. Lambda
 * treats a line as information, whatever its level says, unless its `timestamp` is a time of RFC 3339.
 */
export class StdoutLog implements Log {
  readonly #write: (line: string) => void;

  /** @param write receives each line with its newline. @default standard output */
  constructor(write: (line: string) => void = (line) => void process.stdout.write(line)) {
    this.#write = write;
  }

  info(code: string, fields?: LogFields): void {
    this.#line('info', code, fields);
  }

  warn(code: string, fields?: LogFields): void {
    this.#line('warn', code, fields);
  }

  error(code: string, fields?: LogFields): void {
    this.#line('error', code, fields);
  }

  #line(level: Level, code: string, fields: LogFields = {}): void {
    const line = JSON.stringify(
      { level, code, ...fields, timestamp: new Date().toISOString() },
      (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
    );
    this.#write(`${line}\n`);
  }
}
