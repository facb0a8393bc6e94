import type { LockFile } from './missing-platforms';

/** The packages with Node for Linux. They contain binaries for glibc but do not declare it. */
const NODE_FOR_LINUX = /^node_modules\/node-linux-[a-z0-9]+$/;

/**
 * Adds the missing declaration to the lock file. Without it, npm would install these packages on musl (Alpine) too,
 * where they cannot run but would shadow a working system Node.
 */
export function declareLibc({ packages }: LockFile): LockFile['packages'] {
  const declared = Object.entries(packages).map(([path, locked]) =>
    NODE_FOR_LINUX.test(path) ? [path, { ...locked, libc: ['glibc'] }] : [path, locked],
  );
  return Object.fromEntries(declared) as LockFile['packages'];
}
