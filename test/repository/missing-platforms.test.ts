import { missingPlatforms } from '../../dev/tools/check/missing-platforms';

const compiler = (optionalDependencies: Record<string, string>) => ({
  'node_modules/compiler': { version: '1.2.3', dev: true, optionalDependencies },
});

test('a binary that the lock file lacks is listed with its operating system, CPU and libc', () => {
  const packages = compiler({ '@c/linux-arm64-musl': '1.2.3', '@c/core-darwin-x64': '1.2.3' });
  expect(missingPlatforms({ packages })).toEqual({
    'node_modules/@c/linux-arm64-musl': {
      version: '1.2.3',
      dev: true,
      optional: true,
      os: ['linux'],
      cpu: ['arm64'],
      libc: ['musl'],
    },
    'node_modules/@c/core-darwin-x64': { version: '1.2.3', dev: true, optional: true, os: ['darwin'], cpu: ['x64'] },
  });
});

test('a binary that the lock file contains, at the top level or nested, is not listed again', () => {
  const packages = {
    ...compiler({ 'c-linux-x64': '1.2.3', 'c-win32-x64': '1.2.3' }),
    'node_modules/c-linux-x64': { version: '1.2.3' },
    'node_modules/compiler/node_modules/c-win32-x64': { version: '1.2.3' },
  };
  expect(missingPlatforms({ packages })).toEqual({});
});

test('an optional dependency without a platform in its name is an error', () => {
  expect(() => missingPlatforms({ packages: compiler({ colours: '1.0.0' }) })).toThrow('contains no platform');
});
