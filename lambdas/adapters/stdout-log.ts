import type { Log, LogFields } from '../domain/log';

type Level = 'info' | 'warn' | 'error';

/** JSON lines on standard output: where Lambda and the local run both collect them. The only place that prints. */
export class StdoutLog implements Log {
  readonly #write: (line: string) => void;

  /** @param write takes a line with its end; @default standard output */
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
    const line = JSON.stringify({ level, code, ...fields, at: new Date().toISOString() }, (_name, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    this.#write(`${line}\n`);
  }
}
