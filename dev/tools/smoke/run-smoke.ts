import { checkDisconnect, DISCONNECT_CHECK } from './disconnect-check';
import { failed, type Finding, reasonOf } from './finding';
import { GatewayClient } from './gateway-client';
import { checkEdgeBypass } from './edge-bypass-check';
import { type PaidRequest, paidRequest } from './paid-request';
import { checkBasics } from './basic-checks';
import { checkStream, type PaidFindings, STREAM_CHECK } from './stream-checks';
import { checkWorkloads, type WorkloadsTarget } from './workloads-check';
import { checkTls } from './tls';
import { checkTlsGuard } from './tls-guard-check';

export interface SmokeTarget {
  /** An origin, without a path. */
  readonly endpoint: string;
  readonly apiKey: string;
  readonly functionUrl?: string;
  readonly workloads?: WorkloadsTarget | undefined;
  readonly model?: string;
}

export interface SmokeReport {
  readonly findings: readonly Finding[];
  /** The total charge of the run, by its usage records. */
  readonly costPico: bigint;
}

/** @param onFinding called with each finding as soon as it is known */
export async function runSmoke(
  target: SmokeTarget,
  onFinding: (finding: Finding) => void = () => undefined,
): Promise<SmokeReport> {
  const client = new GatewayClient(target.endpoint, target.apiKey);
  try {
    return await runChecks(target, client, onFinding);
  } finally {
    await client.close();
  }
}

async function runChecks(
  target: SmokeTarget,
  client: GatewayClient,
  onFinding: (finding: Finding) => void,
): Promise<SmokeReport> {
  const findings: Finding[] = [];
  const add = (...found: readonly Finding[]): void => {
    findings.push(...found);
    found.forEach(onFinding);
  };
  add(...(await checkTls(target.endpoint)), await checkTlsGuard(target.endpoint));
  const plain = await checkBasics(client).catch((error: unknown) => ({
    findings: [failed('the gateway answers', reasonOf(error))],
    models: [],
  }));
  add(...plain.findings);
  let costPico = 0n;
  const request = paidRequest(plain.models, target.model);
  for (const [name, check] of PAID_CHECKS) {
    const paid = await runPaid(name, check, client, request);
    add(...paid.findings);
    costPico += paid.costPico;
  }
  add(await checkEdgeBypass(target.functionUrl), await checkWorkloads(target.workloads), client.checkRequestIds());
  return { findings, costPico };
}

type PaidCheck = (client: GatewayClient, request: PaidRequest) => Promise<PaidFindings>;

/** Each check under the name that its failure is reported with. */
const PAID_CHECKS: readonly (readonly [name: string, check: PaidCheck])[] = [
  [STREAM_CHECK, checkStream],
  [DISCONNECT_CHECK, checkDisconnect],
];

async function runPaid(
  name: string,
  check: PaidCheck,
  client: GatewayClient,
  request: PaidRequest | undefined,
): Promise<PaidFindings> {
  if (request === undefined) {
    return {
      findings: [failed(name, 'the gateway serves none of the known cheap models: name one with --model')],
      costPico: 0n,
    };
  }
  return check(client, request).catch((error: unknown) => ({
    findings: [failed(name, reasonOf(error))],
    costPico: 0n,
  }));
}
