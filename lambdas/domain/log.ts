/**
 * The only fields that a log line may have. Content, external error messages, IP addresses and keys are never logged.
 * Names with dots are those of OpenTelemetry's semantic conventions for generative AI, so that tools know them; its
 * attributes with content are left out on purpose.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/
 */
export interface LogFields {
  readonly requestId?: string;
  readonly accountId?: string;
  readonly keyId?: string;
  readonly status?: string;
  readonly costPico?: bigint;
  readonly overrunPico?: bigint;
  readonly durationMs?: number;
  /** From admission to the first byte of an answer. */
  readonly firstByteMs?: number;
  readonly count?: number;
  /** The underlying cause: one of our codes, an error's name or a system error code (`ECONNRESET`), never a message. */
  readonly cause?: string;
  readonly 'gen_ai.operation.name'?: 'chat' | 'embeddings';
  /** The ID of the provider in the configuration. */
  readonly 'gen_ai.provider.name'?: string;
  /** The model's ID in the catalog, never the text that a client sent. */
  readonly 'gen_ai.request.model'?: string;
  /** All tokens of the prompt, those from a cache included. */
  readonly 'gen_ai.usage.input_tokens'?: number;
  /** All tokens of the output, hidden ones included. */
  readonly 'gen_ai.usage.output_tokens'?: number;
  readonly 'gen_ai.usage.cache_read.input_tokens'?: number;
  readonly 'gen_ai.usage.cache_creation.input_tokens'?: number;
  readonly 'gen_ai.usage.reasoning.output_tokens'?: number;
  /** The code of the error that a client got, or the status that a provider refused the request with. */
  readonly 'error.type'?: string;
  readonly 'http.response.status_code'?: number;
}

/** The names of the fields, by which a log drops whatever else an object that was passed to it may have. */
export const LOG_FIELDS: ReadonlySet<string> = new Set(
  Object.keys({
    requestId: true,
    accountId: true,
    keyId: true,
    status: true,
    costPico: true,
    overrunPico: true,
    durationMs: true,
    firstByteMs: true,
    count: true,
    cause: true,
    'gen_ai.operation.name': true,
    'gen_ai.provider.name': true,
    'gen_ai.request.model': true,
    'gen_ai.usage.input_tokens': true,
    'gen_ai.usage.output_tokens': true,
    'gen_ai.usage.cache_read.input_tokens': true,
    'gen_ai.usage.cache_creation.input_tokens': true,
    'gen_ai.usage.reasoning.output_tokens': true,
    'error.type': true,
    'http.response.status_code': true,
  } satisfies { readonly [field in keyof Required<LogFields>]: true }),
);

/** A structured log. Each line consists of a code in capitals and allow-listed fields. */
export interface Log {
  info(code: string, fields?: LogFields): void;
  warn(code: string, fields?: LogFields): void;
  /** An error line raises an alarm. docs/runbook.md explains each code. */
  error(code: string, fields?: LogFields): void;
}

/** The name of what was thrown, for a log line's cause. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : 'Unknown');
