import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { systemErrorCode } from '../system-error';

/** The locks of this process: after a container's restart a lock left behind can carry our own number. */
const ours = new Set<string>();

/**
 * Holds a file by the number of this process in it. A lock whose process is gone, killed for one, counts for
 * nothing.
 * @returns what gives the lock free.
 * @throws Error when a running process holds it.
 */
export function lockFile(lock: string, mode: number): () => void {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx', mode });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    const holder = Number(readFileSync(lock, 'utf8'));
    if (isRunning(holder, lock))
      throw new Error(`process ${holder} is using the store; stop it, or remove ${lock} if it is another program`);
    writeFileSync(lock, String(process.pid), { mode });
  }
  ours.add(lock);
  let held = true;
  return () => {
    // Given free twice, it could be the next holder's by now.
    if (!held) return;
    held = false;
    ours.delete(lock);
    rmSync(lock, { force: true });
  };
}

function isRunning(pid: number, lock: string): boolean {
  if (pid === process.pid) return ours.has(lock);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    // Signal 0 only asks whether the process is there.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}
