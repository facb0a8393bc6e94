import { HOLD_MODES } from '../lambdas/contracts/deployment/hold-mode';
import { PICO_PER_USD } from '../lambdas/domain/money/pico';
import { type Cell, runCell } from './agents/run-cell';

const AGENTS = 20;
const TURNS_PER_AGENT = 150;
/** Nothing is pressed in the last. */
const WALLETS_USD = [5n, 10n, 25n, 1_000n];

export interface AgentsRun {
  readonly seed: number;
  readonly agents: number;
  readonly cells: readonly Cell[];
}

/** Plays the trace of coding agents with wallets of several sizes, in both modes. */
export async function runAgents(seed: number, say: (line: string) => void): Promise<AgentsRun> {
  const cells: Cell[] = [];
  for (const walletUsd of WALLETS_USD) {
    for (const holds of [...HOLD_MODES].sort().reverse()) {
      say(`agents: a wallet of $${walletUsd}, holds ${holds}`);
      const walletPico = walletUsd * PICO_PER_USD;
      const cell = await runCell({ seed, agents: AGENTS, turnsPerAgent: TURNS_PER_AGENT, holds, walletPico });
      if (cell.differences.length > 0) throw new Error('the ledger does not replay');
      cells.push(cell);
    }
  }
  return { seed, agents: AGENTS, cells };
}
