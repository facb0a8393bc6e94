import { formatUsd, parseUsd } from '../../../lambdas/domain/money/pico';
import { type Arrival, readArrival } from './arrival';
import { failed, type Finding, verdict } from './finding';
import type { GatewayClient } from './gateway-client';
import type { PaidRequest } from './paid-request';
import { findRecord, type ShownRecord } from './usage-record';

const ANSWERED = 'a stream is answered';

/** What a paid check found, and what it cost. */
export interface PaidFindings {
  readonly findings: readonly Finding[];
  readonly costPico: bigint;
}

/** Reads one stream to its end: it comes in pieces, says its cost last, and leaves a record that agrees. */
export async function checkStream(client: GatewayClient, { path, body }: PaidRequest): Promise<PaidFindings> {
  const response = await client.post(path, body);
  const arrival = await readArrival(response);
  const answered = verdict(ANSWERED, response.status === 200, `${response.status}`);
  if (response.status !== 200) return { findings: [answered], costPico: 0n };
  const record = await findRecord(client, response.headers.get('x-request-id') ?? '');
  if (record === undefined) {
    return { findings: [answered, failed('its usage record is there at its end', 'none')], costPico: 0n };
  }
  return {
    findings: [answered, arrivesInPieces(arrival, record), ...costFindings(arrival, record)],
    costPico: record.cost,
  };
}

/**
 * Something on the way that collects an answer gives it out at once. The record knows how long the provider took
 * from its first byte to the end; a client that sees the stream as it comes takes about as long.
 */
function arrivesInPieces(
  { firstEventAt, endedAt, pieces }: Arrival,
  { firstByteMs, durationMs }: ShownRecord,
): Finding {
  const check = 'its first byte comes before its last';
  if (firstEventAt === undefined || firstByteMs === undefined) return failed(check, 'no event came');
  const seenMs = endedAt - firstEventAt;
  const producedMs = durationMs - firstByteMs;
  const measured = `${pieces} pieces over ${seenMs.toFixed(0)} ms, produced over ${producedMs} ms`;
  return verdict(check, pieces > 1 && seenMs >= producedMs / 2, measured);
}

function costFindings({ text }: Arrival, { cost, status, estimated }: ShownRecord): Finding[] {
  const said = /^: x-tollgate-cost (\d+\.\d+)\s*$/.exec(text.slice(text.lastIndexOf('\n:') + 1))?.[1];
  const isExact = status === 'completed' && !estimated;
  return [
    verdict('its last line is its cost', said !== undefined, said === undefined ? 'none' : `$${said}`),
    verdict('its usage record is there at its end', isExact, `${status}, ${estimated ? 'estimated' : 'as reported'}`),
    verdict(
      'both name one cost, above zero',
      said !== undefined && cost > 0n && cost === parseUsd(said),
      `$${formatUsd(cost)}`,
    ),
  ];
}
