import { setTimeout as wait } from 'node:timers/promises';
import { formatUsd } from '../../../lambdas/domain/money/pico';
import { readArrival } from './arrival';
import { failed, type Finding, ok } from './finding';
import { type GatewayClient, isRequestId } from './gateway-client';
import type { PaidRequest } from './paid-request';
import type { PaidFindings } from './stream-checks';
import { findRecord, type ShownRecord } from './usage-record';

const CHECK = 'a client that leaves is charged for what was produced';
/** A function drains the provider to its end, which a few tokens reach long before. */
const RECORD_TIMEOUT_MS = 120_000;
const POLL_MS = 250;

/** Leaves a stream after its first event and waits for its record. */
export async function checkDisconnect(client: GatewayClient, { path, body }: PaidRequest): Promise<PaidFindings> {
  const leaving = new AbortController();
  const response = await client.post(path, body, leaving.signal);
  const requestId = response.headers.get('x-request-id');
  const { firstEventAt } = await readArrival(response, (arrival) => arrival.firstEventAt !== undefined);
  leaving.abort();
  if (response.status !== 200 || firstEventAt === undefined) {
    return { findings: [failed(CHECK, `no stream to leave: ${response.status}`)], costPico: 0n };
  }
  if (!isRequestId(requestId)) return { findings: [failed(CHECK, 'its answer has no x-request-id')], costPico: 0n };
  const leftAt = performance.now();
  while (performance.now() - leftAt < RECORD_TIMEOUT_MS) {
    const record = await findRecord(client, requestId);
    if (record !== undefined)
      return { findings: [judgeRecord(record, performance.now() - leftAt)], costPico: record.cost };
    await wait(POLL_MS);
  }
  return { findings: [failed(CHECK, `no record within ${RECORD_TIMEOUT_MS / 1_000} s`)], costPico: 0n };
}

function judgeRecord({ status, estimated, cost }: ShownRecord, afterMs: number): Finding {
  const measured = `${status}, ${estimated ? 'an upper bound' : 'as reported'}, $${formatUsd(cost)}, ${afterMs.toFixed(0)} ms after`;
  switch (status) {
    // A function is not told that its client left: it drains the provider, and the usage is the provider's own.
    case 'completed':
      return estimated ? failed(CHECK, measured) : ok(CHECK, measured);
    // A host that is told stops the provider, which then reports nothing.
    case 'client_gone':
      return ok(CHECK, measured);
    case 'provider_error':
    case 'interrupted':
    case 'cancelled':
    case 'expired':
      return failed(CHECK, measured);
  }
}
