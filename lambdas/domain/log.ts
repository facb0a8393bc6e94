/** The only fields that a log line may carry. Never content, an error's text from outside, an IP, a key. */
export interface LogFields {
  readonly requestId?: string;
  readonly accountId?: string;
  readonly keyId?: string;
  readonly endpoint?: string;
  readonly model?: string;
  readonly provider?: string;
  readonly status?: string;
  readonly httpStatus?: number;
  readonly costPico?: bigint;
  readonly overrunPico?: bigint;
  readonly durationMs?: number;
  readonly count?: number;
  /** What lies behind the line's own code: a code of ours or a system error's code (`ECONNRESET`), never its message. */
  readonly cause?: string;
}

/** A line is a code in capitals and allow-listed fields. */
export interface Log {
  info(code: string, fields?: LogFields): void;
  warn(code: string, fields?: LogFields): void;
  /** An error line raises an alarm: see docs/runbook.md for what each code means. */
  error(code: string, fields?: LogFields): void;
}
