import { DEPLOYMENT_CHAIN } from '../../../lambdas/contracts/storage/audit-event';
import { exportAudit } from '../../../lambdas/domain/audit/export-audit';
import { verifyAudit } from '../../../lambdas/domain/audit/verify-audit';
import { describeFault, verifyAuditFile } from '../../../lambdas/domain/audit/verify-audit-file';
import { type CommandParts, type CommandResult, noAccount } from './command-parts';
import { readTexts } from './files';

const BROKEN = 'The audit log is not as it was written.';

/** @param chain @default every account's and the deployment's */
export async function verifyStoredAudit(parts: CommandParts, chain: string | undefined): Promise<CommandResult> {
  const faults: string[] = [];
  let [chains, events] = [0, 0];
  for await (const each of chain === undefined ? everyChain(parts) : [chain]) {
    const report = await verifyAudit({ ...parts, chain: each });
    chains += 1;
    events += report.events;
    faults.push(...report.faults.map((fault) => describeFault(each, fault)));
  }
  if (chain !== undefined && events === 0 && (await isNobodys(parts, chain))) return noAccount(chain);
  return verdict({ chains, events, faults });
}

export function verifyFiledAudit(file: string): CommandResult {
  return verdict(verifyAuditFile(readTexts(file)));
}

/** A chain as JSON lines: where it ends, then its events. */
export async function exportChain(parts: CommandParts, chain: string): Promise<CommandResult> {
  const lines = await exportAudit({ ...parts, chain });
  if (lines.length === 1 && (await isNobodys(parts, chain))) return noAccount(chain);
  return { exitCode: 0, lines: lines.map((line) => JSON.stringify(line)) };
}

async function* everyChain({ accounts }: CommandParts): AsyncGenerator<string, void> {
  yield DEPLOYMENT_CHAIN;
  yield* accounts.list();
}

/** A chain outlives its account. */
async function isNobodys({ accounts }: CommandParts, chain: string): Promise<boolean> {
  return chain !== DEPLOYMENT_CHAIN && !(await accounts.exists(chain));
}

function verdict(report: {
  readonly chains: number;
  readonly events: number;
  readonly faults: readonly string[];
}): CommandResult {
  const { faults, ...counts } = report;
  const verified = faults.length === 0;
  const lines = [...faults, JSON.stringify({ verified, ...counts })];
  return verified ? { exitCode: 0, lines } : { exitCode: 1, lines, error: BROKEN };
}
