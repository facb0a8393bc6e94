import type { AuditExport, KeptEvent } from '../../contracts/storage/audit-export';
import { auditExportSchema, keptEventSchema } from '../../contracts/storage/audit-export';
import type { AuditFault } from './audit-chain';
import { ChainCheck, isOver } from './audit-chain';
import { isWhole } from './audit-item';

/** The contents of a file, and its faults. */
export interface AuditFileReport {
  readonly chains: number;
  readonly events: number;
  /** One line each, in the file's order. If there are none, every chain is whole. */
  readonly faults: readonly string[];
}

/** One chain of a file. */
interface FiledChain {
  /** The line on which it begins. */
  readonly line: number;
  readonly check: ChainCheck;
}

const FAULTS: { readonly [kind in AuditFault['kind']]: string } = {
  changed: 'it does not match its hash',
  missing: 'it is missing',
  unlinked: 'it does not follow the event before it, or is not the last event of its chain',
};

export const describeFault = (chain: string, { kind, sequence }: AuditFault): string =>
  `event ${sequence} of ${chain}: ${FAULTS[kind]}`;

/**
 * Checks JSON lines: exports, archived events, or any sequence of them, each chain's oldest event first. An export
 * says where its chain begins and ends; an archive may begin and end anywhere, but must not have gaps.
 */
export function verifyAuditFile(text: string): AuditFileReport {
  const chains = new Map<string, FiledChain>();
  const faults: string[] = [];
  let events = 0;
  text.split('\n').forEach((json, index) => {
    if (json.trim() === '') return;
    const line = index + 1;
    const parsed = parse(json);
    if (parsed === undefined) {
      faults.push(`line ${line}: not an audit event`);
    } else if (isExport(parsed)) {
      if (chains.has(parsed.chain)) faults.push(`line ${line}: ${parsed.chain} begins a second time`);
      chains.set(parsed.chain, { line, check: checkOf(parsed) });
    } else {
      events += 1;
      const { chain, sequence } = parsed;
      const filed = chains.get(chain) ?? { line, check: new ChainCheck({ end: undefined, hasEnded: () => true }) };
      chains.set(chain, filed);
      for (const fault of filed.check.follow(sequence, isWhole(parsed) ? parsed : undefined)) {
        faults.push(`line ${line}: ${describeFault(chain, fault)}`);
      }
    }
  });
  for (const [chain, { line, check }] of chains) {
    for (const fault of check.missingAtEnd()) faults.push(`line ${line}: ${describeFault(chain, fault)}`);
  }
  if (chains.size === 0 && faults.length === 0) faults.push('The file is empty.');
  return { chains: chains.size, events, faults };
}

function checkOf({ end, exportedAt }: AuditExport): ChainCheck {
  const now = Date.parse(exportedAt);
  return new ChainCheck({ end: end ?? undefined, hasEnded: (at) => isOver(at, now) });
}

const isExport = (found: AuditExport | KeptEvent): found is AuditExport => !('hash' in found);

function parse(json: string): AuditExport | KeptEvent | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return auditExportSchema.safeParse(value).data ?? keptEventSchema.safeParse(value).data;
  } catch {
    return undefined;
  }
}
