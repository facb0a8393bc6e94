import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addAddresses } from '../../dev/tools/check/add-addresses';
import { missingPlatforms, type LockFile } from '../../dev/tools/check/missing-platforms';
import { ROOT, trackedFiles } from './tracked-files';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The strings are assembled from pieces, so that this file does not contain them. */
const FORBIDDEN = [
  ['/wo', 'rk/'],
  ['/ro', 'ot/'],
  ['/ho', 'me/'],
  ['registry.', 'npmjs'],
  ['registry.', 'yarnpkg'],
].map((pieces) => pieces.join(''));

test('no file contains the path of a machine or the host name of a registry', () => {
  const matches = trackedFiles().flatMap((file) => {
    const text = read(file);
    return FORBIDDEN.filter((word) => text.includes(word)).map((word) => `${file}: ${word}`);
  });
  expect(matches).toEqual([]);
});

test('the lock file has the address of every package, at the host that stands for the configured registry', () => {
  const lock = JSON.parse(read('package-lock.json')) as LockFile;
  expect(addAddresses(lock)).toEqual(lock.packages);
  expect(read('.npmrc').split('\n')).toContain('replace-registry-host=always');
});

test('the lock file lists the binaries of every platform ("npm run lock" adds missing ones)', () => {
  expect(Object.keys(missingPlatforms(JSON.parse(read('package-lock.json')) as LockFile))).toEqual([]);
});

test('dependencies are pinned to exact versions', () => {
  type Versions = Record<string, string>;
  const manifest = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies' | 'optionalDependencies',
    Versions
  >;
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  const versions = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version.replace(/^npm:.*@/, '')))).toEqual([]);
});
