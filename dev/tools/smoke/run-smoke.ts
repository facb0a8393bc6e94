import { checkDisconnect } from './disconnect-check';
import { failed, type Finding, reasonOf } from './finding';
import { GatewayClient } from './gateway-client';
import { checkEdgeBypass } from './edge-bypass-check';
import { type PaidRequest, paidRequest } from './paid-request';
import { checkBasics } from './basic-checks';
import { checkStream, type PaidFindings } from './stream-checks';
import { checkWorkloads, type WorkloadsTarget } from './workloads-check';
import { checkTls } from './tls';

export interface SmokeTarget {
  /** An origin: no path. */
  readonly endpoint: string;
  readonly apiKey: string;
  readonly functionUrl?: string;
  readonly workloads?: WorkloadsTarget | undefined;
  readonly model?: string;
}

export interface SmokeReport {
  readonly findings: readonly Finding[];
  /** What the run was charged, by its usage records. */
  readonly costPico: bigint;
}

/** @param told is given each finding as it comes */
export async function runSmoke(
  target: SmokeTarget,
  told: (finding: Finding) => void = () => undefined,
): Promise<SmokeReport> {
  const client = new GatewayClient(target.endpoint, target.apiKey);
  try {
    return await runChecks(target, client, told);
  } finally {
    await client.close();
  }
}

async function runChecks(
  target: SmokeTarget,
  client: GatewayClient,
  told: (finding: Finding) => void,
): Promise<SmokeReport> {
  const findings: Finding[] = [];
  const add = (...found: readonly Finding[]): void => {
    findings.push(...found);
    found.forEach(told);
  };
  add(...(await checkTls(target.endpoint)));
  const plain = await checkBasics(client).catch((error: unknown) => ({
    findings: [failed('the gateway answers', reasonOf(error))],
    models: [],
  }));
  add(...plain.findings);
  let costPico = 0n;
  const request = paidRequest(plain.models, target.model);
  for (const [what, check] of PAID_CHECKS) {
    const paid = await runPaid(what, check, client, request);
    add(...paid.findings);
    costPico += paid.costPico;
  }
  add(await checkEdgeBypass(target.functionUrl), await checkWorkloads(target.workloads), client.checkRequestIds());
  return { findings, costPico };
}

type PaidCheck = (client: GatewayClient, request: PaidRequest) => Promise<PaidFindings>;

const PAID_CHECKS: readonly (readonly [what: string, check: PaidCheck])[] = [
  ['a stream is answered', checkStream],
  ['a client that leaves is charged for what was produced', checkDisconnect],
];

async function runPaid(
  what: string,
  check: PaidCheck,
  client: GatewayClient,
  request: PaidRequest | undefined,
): Promise<PaidFindings> {
  if (request === undefined) {
    return {
      findings: [failed(what, 'no cheap model that this command knows is served: --model names one')],
      costPico: 0n,
    };
  }
  return check(client, request).catch((error: unknown) => ({
    findings: [failed(what, reasonOf(error))],
    costPico: 0n,
  }));
}
