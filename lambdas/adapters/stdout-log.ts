import { LOG_FIELDS, type Log, type LogFields } from '../domain/log';
import { embeddedMetrics } from './embedded-metrics';

type Level = 'info' | 'warn' | 'error';

/**
 * Writes JSON lines to standard output, where both Lambda and the local host collect them. No other code prints. Lambda
 * treats a line as information, whatever its level says, unless its `timestamp` is a time of RFC 3339.
 */
export class StdoutLog implements Log {
  readonly #write: (line: string) => void;
  readonly #namespace: string | undefined;

  /**
   * @param write receives each line with its newline. @default standard output
   * @param metricsNamespace where CloudWatch adds up the numbers of lines about requests. @default nowhere
   */
  constructor(write: (line: string) => void = (line) => void process.stdout.write(line), metricsNamespace?: string) {
    this.#write = write;
    this.#namespace = metricsNamespace;
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
    const now = new Date();
    // The type of the fields does not stop an object with more of them.
    const allowed = Object.fromEntries(Object.entries(fields).filter(([name]) => LOG_FIELDS.has(name)));
    const metrics = this.#namespace === undefined ? {} : embeddedMetrics(this.#namespace, code, fields, now);
    const line = JSON.stringify(
      { level, code, ...allowed, ...metrics, timestamp: now.toISOString() },
      (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
    );
    this.#write(`${line}\n`);
  }
}
