import { formatUsd, parseUsd } from '../../../lambdas/domain/money/pico';
import { type Arrival, readArrival } from './arrival';
import { failed, type Finding, verdict } from './finding';
import type { GatewayClient } from './gateway-client';
import type { PaidRequest } from './paid-request';
import { findRecord, type ShownRecord } from './usage-record';

export const STREAM_CHECK = 'a streamed request is answered';
const RECORD_CHECK = 'its usage record is complete when it ends';

/** The findings of a paid check, and its cost. */
export interface PaidFindings {
  readonly findings: readonly Finding[];
  readonly costPico: bigint;
}

/** Reads one stream to its end: it must arrive in pieces, end with its cost, and leave a matching usage record. */
export async function checkStream(client: GatewayClient, request: PaidRequest): Promise<PaidFindings> {
  const response = await client.post(request);
  const arrival = await readArrival(response);
  const statusFinding = verdict(STREAM_CHECK, response.status === 200, `${response.status}`);
  if (response.status !== 200) return { findings: [statusFinding], costPico: 0n };
  const record = await findRecord(client, response.headers.get('x-request-id') ?? '');
  if (record === undefined) {
    return { findings: [statusFinding, failed(RECORD_CHECK, 'none')], costPico: 0n };
  }
  return {
    findings: [statusFinding, arrivesInPieces(arrival, record), ...costFindings(arrival, record)],
    costPico: record.cost,
  };
}

/**
 * A proxy that buffers the answer would deliver it all at once. The usage record has the time that the provider took
 * from its first byte to the last, and a client of an unbuffered stream sees it take about as long.
 */
function arrivesInPieces(
  { firstEventAt, endedAt, pieces }: Arrival,
  { firstByteMs, durationMs }: ShownRecord,
): Finding {
  const check = 'it arrives while it is being produced';
  if (firstEventAt === undefined || firstByteMs === undefined) return failed(check, 'no event arrived');
  const seenMs = endedAt - firstEventAt;
  const producedMs = durationMs - firstByteMs;
  const measured = `${pieces} pieces over ${seenMs.toFixed(0)} ms, produced over ${producedMs} ms`;
  return verdict(check, pieces > 1 && seenMs >= producedMs / 2, measured);
}

function costFindings({ text }: Arrival, { cost, status, estimated }: ShownRecord): Finding[] {
  const statedCost = /^: x-tollgate-cost (\d+\.\d+)\s*$/.exec(text.slice(text.lastIndexOf('\n:') + 1))?.[1];
  const isExact = status === 'completed' && !estimated;
  return [
    verdict(
      'its last line states its cost',
      statedCost !== undefined,
      statedCost === undefined ? 'none' : `$${statedCost}`,
    ),
    verdict(RECORD_CHECK, isExact, `${status}, ${estimated ? 'estimated' : 'as reported'}`),
    verdict(
      'its last line and its usage record state the same cost, above zero',
      statedCost !== undefined && cost > 0n && cost === parseUsd(statedCost),
      `$${formatUsd(cost)}`,
    ),
  ];
}
