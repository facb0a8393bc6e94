import type { LockFile } from './missing-platforms';

/**
 * The host in the addresses of the lock file. It does not exist: `replace-registry-host` in .npmrc replaces every host
 * by the configured registry's, so the lock file names none.
 */
const HOST = 'https://configured-registry.invalid';

const FOLDER = 'node_modules/';

/**
 * Adds the address of each package's archive. Without addresses, npm reads the whole description of every package to
 * find them, which takes longer than downloading the packages.
 */
export function addAddresses({ packages }: LockFile): LockFile['packages'] {
  const addressed = Object.entries(packages).map(([path, locked]) => {
    if (path === '' || locked.link === true || locked.version === undefined) return [path, locked];
    const name = locked.name ?? path.slice(path.lastIndexOf(FOLDER) + FOLDER.length);
    const archive = `${name.slice(name.indexOf('/') + 1)}-${locked.version}.tgz`;
    return [path, { ...locked, resolved: `${HOST}/${name}/-/${archive}` }];
  });
  return Object.fromEntries(addressed) as LockFile['packages'];
}
