import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from './control-client';
import { type ControlHandler, ControlServer } from './control-server';
import type { DataFolder } from './data-folder';
import { type Owner, type OwnerRole, parseOwner } from './owner';

/** A living process owns the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly owner: Owner;
  constructor(owner: Owner, path: string) {
    super(`The data folder ${path} is in use by a running ${owner.role} (process ${owner.pid}).`);
    this.owner = owner;
  }
}

/** A command is done in a moment, and a gateway that starts meanwhile waits for it. */
const COMMAND_WAIT_MS = 10_000;
const POLL_MS = 50;

const LOCK = /^lock\.(\d{1,15})$/;

/**
 * One process owns a data folder at a time; the journal has one writer. The newest of the files `lock.<number>`
 * names the owner, and stays when that is gone: whether it lives, its port tells. A number is taken once, by
 * an exclusive create, so of two that find a dead owner one comes after it and the other meets the first.
 */
export class FolderOwnership {
  private readonly control: ControlServer;

  private constructor(control: ControlServer) {
    this.control = control;
  }

  /** @throws FolderInUse, OwnerNotResponding */
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

  /** Runs commands for other processes from now on. */
  serve(handler: ControlHandler): void {
    this.control.serve(handler);
  }

  /** Runs no more commands, and resolves once those that run have ended. */
  drain(): Promise<void> {
    return this.control.drain();
  }

  /** Gives the folder up. Nothing in it may be open any more. */
  release(): Promise<void> {
    return this.control.close();
  }
}

/** @returns the living owner; undefined when there is none. Throws OwnerNotResponding. */
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
    // A lower number can be free again because a higher one replaced it meanwhile: only the highest counts.
    if (lockNumbers(folder).at(-1) !== mine) {
      rmSync(folder.file(lockName(mine)), { force: true });
      continue;
    }
    for (const older of lockNumbers(folder).filter((number) => number < mine))
      rmSync(folder.file(lockName(older)), { force: true });
    return;
  }
}

/** In rising order. */
function lockNumbers(folder: DataFolder): number[] {
  return readdirSync(folder.path)
    .flatMap((name) => LOCK.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

const lockName = (number: number): string => `lock.${number}`;
