import { DEPLOYMENT_CHAIN } from '../../../lambdas/contracts/storage/audit-event';
import { exportAudit } from '../../../lambdas/domain/audit/export-audit';
import { verifyAudit } from '../../../lambdas/domain/audit/verify-audit';
import { describeFault, verifyAuditFile } from '../../../lambdas/domain/audit/verify-audit-file';
import { accountNotFound, type CommandResult, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import { readTexts } from './files';

const TAMPERED = 'The audit log does not match what was written.';

/** @param chain @default the deployment's chain and that of every account */
export async function verifyStoredAudit(services: CommandServices, chain: string | undefined): Promise<CommandResult> {
  const faults: string[] = [];
  let [chains, events] = [0, 0];
  for await (const each of chain === undefined ? allChains(services) : [chain]) {
    const report = await verifyAudit({ ...services, chain: each });
    chains += 1;
    events += report.events;
    faults.push(...report.faults.map((fault) => describeFault(each, fault)));
  }
  if (chain !== undefined && events === 0 && (await isUnknownAccount(services, chain))) return accountNotFound(chain);
  return toResult({ chains, events, faults });
}

export function verifyExportedAudit(file: string): CommandResult {
  return toResult(verifyAuditFile(readTexts(file)));
}

/** Prints a chain as JSON lines: first where it ends, then its events. */
export async function exportChain(services: CommandServices, chain: string): Promise<CommandResult> {
  const lines = await exportAudit({ ...services, chain });
  if (lines.length === 1 && (await isUnknownAccount(services, chain))) return accountNotFound(chain);
  return jsonLines(lines);
}

async function* allChains({ accounts }: CommandServices): AsyncGenerator<string, void> {
  yield DEPLOYMENT_CHAIN;
  yield* accounts.list();
}

/** Only a chain without events may belong to no account, because a chain outlives its account. */
async function isUnknownAccount({ accounts }: CommandServices, chain: string): Promise<boolean> {
  return chain !== DEPLOYMENT_CHAIN && !(await accounts.exists(chain));
}

function toResult(report: {
  readonly chains: number;
  readonly events: number;
  readonly faults: readonly string[];
}): CommandResult {
  const { faults, ...counts } = report;
  const verified = faults.length === 0;
  const lines = [...faults, JSON.stringify({ verified, ...counts })];
  return verified ? { exitCode: 0, lines } : { exitCode: 1, lines, error: TAMPERED };
}
