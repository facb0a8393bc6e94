import type { Lock } from './missing-platforms';

/** The packages that bring Node for Linux. They hold binaries for glibc, and do not declare it. */
const NODE_FOR_LINUX = /^node_modules\/node-linux-[a-z0-9]+$/;

/**
 * Declares in the lock file what those packages leave out. Without it npm installs them on musl (Alpine) too,
 * where they do not run and would come before a system Node that does.
 */
export function declareLibc({ packages }: Lock): Lock['packages'] {
  const declared = Object.entries(packages).map(([path, locked]) =>
    NODE_FOR_LINUX.test(path) ? [path, { ...locked, libc: ['glibc'] }] : [path, locked],
  );
  return Object.fromEntries(declared) as Lock['packages'];
}
