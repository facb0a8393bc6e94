import { setTimeout as wait } from 'node:timers/promises';
import { formatUsd } from '../../../lambdas/domain/money/pico';
import { readArrival } from './arrival';
import { failed, type Finding, ok } from './finding';
import { type GatewayClient, isRequestId } from './gateway-client';
import type { PaidRequest } from './paid-request';
import type { PaidFindings } from './stream-checks';
import { findRecord, type ShownRecord } from './usage-record';

/** The name under which this check reports. */
export const DISCONNECT_CHECK = 'a client that disconnects pays for what was produced';
/** Far longer than a function needs to drain the few tokens of this request. */
const RECORD_TIMEOUT_MS = 120_000;
const POLL_MS = 250;

/** Disconnects from a stream after its first event and waits for its usage record. */
export async function checkDisconnect(client: GatewayClient, request: PaidRequest): Promise<PaidFindings> {
  const disconnect = new AbortController();
  const response = await client.post(request, disconnect.signal);
  const requestId = response.headers.get('x-request-id');
  const { firstEventAt } = await readArrival(response, (arrival) => arrival.firstEventAt !== undefined);
  disconnect.abort();
  if (response.status !== 200 || firstEventAt === undefined) {
    return { findings: [failed(DISCONNECT_CHECK, `no stream to disconnect from: ${response.status}`)], costPico: 0n };
  }
  if (!isRequestId(requestId))
    return { findings: [failed(DISCONNECT_CHECK, 'the answer has no x-request-id')], costPico: 0n };
  const disconnectedAt = performance.now();
  while (performance.now() - disconnectedAt < RECORD_TIMEOUT_MS) {
    const record = await findRecord(client, requestId);
    if (record !== undefined)
      return { findings: [recordFinding(record, performance.now() - disconnectedAt)], costPico: record.cost };
    await wait(POLL_MS);
  }
  return {
    findings: [failed(DISCONNECT_CHECK, `no usage record within ${RECORD_TIMEOUT_MS / 1_000} s`)],
    costPico: 0n,
  };
}

function recordFinding({ status, estimated, cost }: ShownRecord, afterMs: number): Finding {
  const measured = `${status}, ${estimated ? 'an upper bound' : 'as reported'}, $${formatUsd(cost)}, recorded after ${afterMs.toFixed(0)} ms`;
  switch (status) {
    // A function does not learn that its client disconnected, so it drains the provider and gets its usage report.
    case 'completed':
      return estimated ? failed(DISCONNECT_CHECK, measured) : ok(DISCONNECT_CHECK, measured);
    // A host that does learn it stops the provider, which then reports nothing.
    case 'client_gone':
      return ok(DISCONNECT_CHECK, measured);
    case 'provider_error':
    case 'interrupted':
    case 'cancelled':
    case 'expired':
      return failed(DISCONNECT_CHECK, measured);
  }
}
