import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { formatUsd } from '../../money/pico';

/** Renders a usage record for the API and the command line, with money as exact decimal dollars. */
export function renderUsageRecord(record: UsageRecord): object {
  const {
    requestId,
    at,
    endpoint,
    model,
    provider,
    streamed,
    status,
    httpStatus,
    usage,
    estimated,
    costPico,
    overrunPico,
    priceVersion,
  } = record;
  return {
    requestId,
    at,
    endpoint,
    model,
    provider,
    streamed,
    status,
    httpStatus,
    usage,
    cost: formatUsd(costPico),
    estimated,
    ...(overrunPico > 0n ? { overrun: formatUsd(overrunPico) } : {}),
    priceVersion,
    ...(record.labels ? { labels: record.labels } : {}),
    ...(record.endUser === undefined ? {} : { endUser: record.endUser }),
    ...(record.failedAttempts ? { failedAttempts: record.failedAttempts } : {}),
    ...(record.firstByteMs === undefined ? {} : { firstByteMs: record.firstByteMs }),
    durationMs: record.durationMs,
  };
}
