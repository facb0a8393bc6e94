import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from './control-client';
import { type ControlHandler, ControlServer } from './control-server';
import type { DataFolder } from './data-folder';
import { type Owner, type OwnerRole, parseOwner } from './owner';

/** A running process already owns the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly owner: Owner;
  constructor(owner: Owner, path: string) {
    super(`The data folder ${path} is in use by a running ${owner.role} (process ${owner.pid}).`);
    this.owner = owner;
  }
}

/** How long a starting gateway waits for a command to finish. */
const COMMAND_WAIT_MS = 10_000;
const POLL_MS = 50;

const LOCK = /^lock\.(\d{1,15})$/;

/**
 * Only one process may own a data folder at a time, because the store allows one writer. The `lock.<number>` file
 * with the highest number names the owner. It is left behind when the owner dies, so its port is probed to see
 * whether the owner is alive. Each number is claimed by an exclusive create: of two processes that find a dead owner,
 * one claims the next number and the other then finds it alive.
 */
export class FolderOwnership {
  private readonly control: ControlServer;

  private constructor(control: ControlServer) {
    this.control = control;
  }

  /**
   * @throws FolderInUse when a running process owns the folder
   * @throws OwnerNotResponding when its owner can be neither reached nor ruled out
   */
  static async acquire(folder: DataFolder, role: OwnerRole): Promise<FolderOwnership> {
    const identity = { id: randomBytes(16).toString('hex'), token: randomBytes(32).toString('hex') };
    const control = await ControlServer.listen(identity);
    try {
      await takeLock(folder, { ...identity, port: control.port, pid: process.pid, role });
      return new FolderOwnership(control);
    } catch (error) {
      await control.close();
      throw error;
    }
  }

  /** Starts running commands for other processes. */
  serve(handler: ControlHandler): void {
    this.control.serve(handler);
  }

  /** Accepts no more commands, and resolves once the running ones have finished. */
  drain(): Promise<void> {
    return this.control.drain();
  }

  /** Gives up the folder. The caller must have closed everything in it. */
  release(): Promise<void> {
    return this.control.close();
  }
}

/**
 * @returns undefined when no running process owns the folder
 * @throws OwnerNotResponding when its owner can be neither reached nor ruled out
 */
export async function findOwner(folder: DataFolder): Promise<Owner | undefined> {
  const newest = lockNumbers(folder).at(-1);
  const owner = newest === undefined ? undefined : parseOwner(folder.read(lockName(newest)) ?? '');
  return owner !== undefined && (await isAlive(owner)) ? owner : undefined;
}

async function takeLock(folder: DataFolder, owner: Owner): Promise<void> {
  const giveUpAt = Date.now() + COMMAND_WAIT_MS;
  for (;;) {
    const newest = lockNumbers(folder).at(-1) ?? 0;
    const other = await findOwner(folder);
    if (other?.role === 'command' && owner.role === 'gateway' && Date.now() < giveUpAt) {
      await wait(POLL_MS);
      continue;
    }
    if (other !== undefined) throw new FolderInUse(other, folder.path);
    const mine = newest + 1;
    if (!folder.writeIfAbsent(lockName(mine), JSON.stringify(owner))) continue;
    // Our number may have been free only because its lock was removed after a higher one was claimed. Then ours is void.
    if (lockNumbers(folder).at(-1) !== mine) {
      rmSync(folder.file(lockName(mine)), { force: true });
      continue;
    }
    for (const older of lockNumbers(folder).filter((number) => number < mine))
      rmSync(folder.file(lockName(older)), { force: true });
    return;
  }
}

/** The numbers of all lock files, in ascending order. */
function lockNumbers(folder: DataFolder): number[] {
  return readdirSync(folder.path)
    .flatMap((name) => LOCK.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

const lockName = (number: number): string => `lock.${number}`;
