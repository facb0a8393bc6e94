import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { listComponents } from '../../dev/tools/evidence/components';
import { CONTROLS } from '../../dev/tools/pages/controls';
import { controlsPage } from '../../dev/tools/pages/controls-page';
import { PROMISES } from '../../dev/tools/pages/promises';
import { temporaryFolder } from '../e2e/temporary-folder';

test('promise-23 every control names evidence that exists, and docs/generated/controls.md shows all of it', () => {
  // After a change, run `npm run docs`.
  expect(readFileSync('docs/generated/controls.md', 'utf8')).toBe(controlsPage());
  const numbers = new Set(PROMISES.map(({ number }) => number));
  for (const { control, promises, documents } of CONTROLS) {
    expect([control, promises.length + documents.length > 0]).toEqual([control, true]);
    expect([control, promises.filter((number) => !numbers.has(number))]).toEqual([control, []]);
    expect([control, documents.filter((path) => !existsSync(path))]).toEqual([control, []]);
  }
});

test('no control claims a certificate, and the page says that there is none', () => {
  expect(controlsPage()).toContain('this software has no certificate');
  expect(JSON.stringify(CONTROLS)).not.toMatch(/certified|compliant|accredited/i);
});

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

test('promise-23 the list of components has every dependency in its exact version, and names no registry', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const list = listComponents();
  const isDevelopment = ({ properties }: (typeof list.components)[number]) =>
    JSON.stringify(properties).includes('cdx:npm:package:development');
  const found = ([name, version]: readonly [string, string]) =>
    list.components.find((each) => each.name === name && each.version === version);
  const missing = Object.entries({ ...dependencies, ...devDependencies }).filter((each) => found(each) === undefined);
  expect(missing).toEqual([]);
  for (const each of Object.entries(dependencies)) expect([each, isDevelopment(found(each)!)]).toEqual([each, false]);
  expect(list.metadata.component.name).toBe('tollgate');
  expect(JSON.stringify(list)).not.toContain('"distribution"');
});

test('promise-23 npm run evidence collects the documents of all controls with checksums, and mixes in nothing older', () => {
  const folder = join(temporaryFolder(), 'evidence');
  const run = () =>
    execFileSync(process.execPath, ['--import', 'tsx', 'dev/tools/evidence/write-evidence.ts', folder], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  try {
    expect(run()).toContain('docs/generated/controls.md');
    for (const path of CONTROLS.flatMap(({ documents }) => documents))
      expect([path, existsSync(join(folder, path))]).toEqual([path, true]);
    const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n');
    for (const line of sums) {
      const [sum, file = ''] = line.split('  ');
      expect([
        file,
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex'),
      ]).toEqual([file, sum]);
    }
    expect(sums.join()).toContain('components.cdx.json');
    expect(run).toThrow('is not empty');
  } finally {
    rmSync(join(folder, '..'), { recursive: true });
  }
});
