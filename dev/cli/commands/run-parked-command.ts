import { keyAttributions } from '../../../lambdas/domain/keys/key-attribution';
import { completeReceipt } from '../../../lambdas/domain/receipts/complete-receipts';
import { isFaultOfData } from '../../../lambdas/domain/usage/parked/fault-of-data';
import {
  type ParkedChange,
  ParkedChanges,
  type Reader,
  READERS,
} from '../../../lambdas/domain/usage/parked/parked-changes';
import { RollUps } from '../../../lambdas/domain/usage/rollups/roll-ups';
import { attributed } from '../../../lambdas/domain/usage/rollups/targets';
import { type CommandResult, failure, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import type { ParkedCommand } from './parked-command';

/** `gone` means that the record has expired. Only an `unreadable` change stays parked. */
type Outcome = 'replayed' | 'gone' | 'unreadable';

/** Lists or replays the changes of usage records that a function of the stream set aside. */
export async function runParkedCommand(services: CommandServices, command: ParkedCommand): Promise<CommandResult> {
  const parked = new ParkedChanges(services);
  return command.name === 'parked-list' ? listParked(parked) : replayParked(services, parked);
}

async function listParked(parked: ParkedChanges): Promise<CommandResult> {
  const lines: object[] = [];
  for (const reader of READERS) for await (const change of parked.of(reader)) lines.push({ reader, ...change });
  return jsonLines(lines);
}

async function replayParked(services: CommandServices, parked: ParkedChanges): Promise<CommandResult> {
  const lines: object[] = [];
  let unreadable = 0;
  for (const reader of READERS) {
    for await (const change of parked.of(reader)) {
      const outcome = await replay(services, reader, change);
      if (outcome === 'unreadable') unreadable += 1;
      else await parked.remove(reader, change);
      const { accountId, requestId } = change;
      lines.push({ reader, accountId, requestId, outcome });
    }
  }
  const result = jsonLines(lines);
  if (unreadable === 0) return result;
  return { ...failure(`${unreadable} of the changes still cannot be read, and stay parked.`), lines: result.lines };
}

/** Does from the record itself what the reader would have done with the change. */
async function replay(services: CommandServices, reader: Reader, change: ParkedChange): Promise<Outcome> {
  try {
    return (await REPLAYS[reader](services, change)) ? 'replayed' : 'gone';
  } catch (error) {
    if (!isFaultOfData(error)) throw error;
    return 'unreadable';
  }
}

/** @returns false if the record is gone */
type Replay = (services: CommandServices, change: ParkedChange) => Promise<boolean>;

const REPLAYS: { readonly [reader in Reader]: Replay } = {
  receipts: ({ store }, change) => {
    const { accountId, requestId } = recordOf(change);
    return completeReceipt(store, accountId, requestId);
  },
  // Counts the record as it is now, unless it is counted. The spend of an hour that has passed suspends no key.
  spend: async ({ store, clock, usage, usageRetentionDays: retentionDays }, change) => {
    const { accountId, requestId } = recordOf(change);
    const record = await usage.get(accountId, requestId);
    if (record === undefined) return false;
    const rollUps = new RollUps({ store, clock, retentionDays });
    const unexplained = await rollUps.count(await attributed([{ record }], keyAttributions(store)));
    if (unexplained.length > 0) throw new TypeError('the record was counted before it changed');
    return true;
  },
};

/** @throws TypeError when not even the key of the change could be read */
function recordOf({ accountId, requestId }: ParkedChange): { readonly accountId: string; readonly requestId: string } {
  if (accountId === undefined || requestId === undefined) throw new TypeError('the change names no record');
  return { accountId, requestId };
}
