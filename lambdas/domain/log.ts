/** The only fields that a log line may have. Content, external error messages, IP addresses and keys are never logged. */
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
  /** The underlying cause: one of our codes, an error's name or a system error code (`ECONNRESET`), never a message. */
  readonly cause?: string;
}

/** A structured log. Each line consists of a code in capitals and allow-listed fields. */
export interface Log {
  info(code: string, fields?: LogFields): void;
  warn(code: string, fields?: LogFields): void;
  /** An error line raises an alarm. docs/runbook.md explains each code. */
  error(code: string, fields?: LogFields): void;
}

/** The name of what was thrown, for a log line's cause. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : 'Unknown');
