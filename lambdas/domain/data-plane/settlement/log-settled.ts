import { INPUT_UNITS, OUTPUT_UNITS, type Unit } from '../../../contracts/storage/units';
import type { Operation } from '../../dialects/endpoint';
import { tokensIn } from '../../dialects/usage-reading';
import type { Log } from '../../log';
import type { UsageRecordDraft } from '../../wallet/holds/settlement';
import { errorOf, type ProviderOutcome } from './outcome';

const CACHE_READ_UNITS = ['cachedInput', 'cachedAudioInput'] as const satisfies readonly Unit[];
const CACHE_CREATION_UNITS = ['cacheWrite', 'cacheWrite1h'] as const satisfies readonly Unit[];
const REASONING_UNITS = ['reasoning'] as const satisfies readonly Unit[];
const HTTP_ERROR_MIN = 400;

interface SettledRequest {
  readonly record: UsageRecordDraft;
  readonly outcome: ProviderOutcome;
  readonly costPico: bigint;
}

/** Logs the end of a request: its route, how it ended, how long it took, and what it used and cost. */
export function logSettled(log: Log, operation: Operation, settled: SettledRequest): void {
  const { record, outcome, costPico } = settled;
  const { requestId, provider, model, status, httpStatus, usage, durationMs, firstByteMs } = record;
  const tokens = (units: readonly Unit[]): number => tokensIn(usage, units);
  const error = errorOf(outcome)?.code ?? (httpStatus >= HTTP_ERROR_MIN ? String(httpStatus) : undefined);
  log.info('REQUEST_SETTLED', {
    requestId,
    status,
    costPico,
    durationMs,
    ...(firstByteMs !== undefined && { firstByteMs }),
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
    'gen_ai.usage.input_tokens': tokens(INPUT_UNITS),
    'gen_ai.usage.output_tokens': tokens(OUTPUT_UNITS),
    'gen_ai.usage.cache_read.input_tokens': tokens(CACHE_READ_UNITS),
    'gen_ai.usage.cache_creation.input_tokens': tokens(CACHE_CREATION_UNITS),
    'gen_ai.usage.reasoning.output_tokens': tokens(REASONING_UNITS),
    ...(error !== undefined && { 'error.type': error }),
    'http.response.status_code': httpStatus,
  });
}
