import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

/** Hashes each file that git tracks or would track. Ignored files, such as builds and caches, are left out. */
function digests(): Map<string, string> {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  const files = listed.split('\0').filter((file) => file !== '' && existsSync(file));
  return new Map(files.map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]));
}

/** Runs `work` and returns its result together with the repository's files that it changed, added or removed. */
export async function filesChangedBy<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; changed: readonly string[] }> {
  const before = digests();
  const result = await work();
  const after = digests();
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (file) => before.get(file) !== after.get(file),
  );
  return { result, changed };
}
