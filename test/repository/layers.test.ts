import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './tracked-files';

/** A file of a small tree, what it imports, and the rule that this breaks. */
const CASES: readonly (readonly [file: string, imported: string, rule: string])[] = [
  ['bin/a.ts', '../lib/target', 'nothing'],
  ['bin/b.ts', '../lambdas/contracts/target', 'bin-layer'],
  ['bin/c.ts', '../lambdas/handlers/target', 'bin-layer'],
  ['lib/a.ts', '../lambdas/contracts/target', 'nothing'],
  ['lib/b.ts', '../lambdas/handlers/target', 'lib-layer'],
  ['lib/c.ts', '../lambdas/domain/target', 'lib-layer'],
  ['lib/d.ts', '../lambdas/adapters/target', 'lib-layer'],
  ['lib/e.ts', 'fast-check', 'no-dev-dependency'],
  ['lambdas/handlers/a.ts', '../adapters/target', 'nothing'],
  ['lambdas/handlers/b.ts', '../domain/target', 'nothing'],
  ['lambdas/handlers/c.ts', '../contracts/target', 'nothing'],
  ['lambdas/handlers/d.ts', '../../lib/target', 'handlers-layer'],
  ['lambdas/handlers/e.ts', 'aws-cdk-lib', 'no-cdk-at-run-time'],
  ['lambdas/handlers/f.ts', 'fast-check', 'no-dev-dependency'],
  ['lambdas/adapters/a.ts', '../domain/target', 'nothing'],
  ['lambdas/adapters/b.ts', 'undici', 'nothing'],
  ['lambdas/adapters/c.ts', '../handlers/target', 'adapters-layer'],
  ['lambdas/domain/a.ts', '../contracts/target', 'nothing'],
  ['lambdas/domain/b.ts', 'node:crypto', 'nothing'],
  ['lambdas/domain/c.ts', 'node:stream/promises', 'nothing'],
  ['lambdas/domain/d.ts', '../adapters/target', 'domain-layer'],
  ['lambdas/domain/e.ts', 'undici', 'pure-domain-packages'],
  ['lambdas/domain/f.ts', '@aws-sdk/client-dynamodb', 'pure-domain-packages'],
  ['lambdas/domain/g.ts', 'node:fs', 'pure-domain-core'],
  ['lambdas/domain/h.ts', 'node:http', 'pure-domain-core'],
  ['lambdas/domain/i.ts', 'net', 'pure-domain-core'],
  ['lambdas/domain/j.ts', './k', 'no-cycles'],
  ['lambdas/domain/l.ts', './nowhere', 'resolvable'],
  ['lambdas/contracts/a.ts', 'zod', 'nothing'],
  ['lambdas/contracts/b.ts', '../domain/target', 'contracts-layer'],
  ['web/src/a.ts', '../../lambdas/contracts/target', 'nothing'],
  ['web/src/b.ts', '../../lambdas/domain/target', 'web-layer'],
  ['dev/a.ts', '../lambdas/handlers/target', 'nothing'],
  ['dev/b.ts', '../lambdas/adapters/target', 'nothing'],
  ['dev/c.ts', 'fast-check', 'nothing'],
  ['dev/d.ts', '../lib/target', 'dev-layer'],
  ['test/a.ts', '../lib/target', 'nothing'],
  ['bench/a.ts', '../dev/target', 'nothing'],
];

const TARGETS = ['lib', 'dev', 'lambdas/handlers', 'lambdas/adapters', 'lambdas/domain', 'lambdas/contracts'];

/** Writes the tree, runs the repository's own rules on it, and returns the broken rules by file. */
function brokenRules(): ReadonlyMap<string, readonly string[]> {
  const tree = mkdtempSync(join(tmpdir(), 'tollgate-layers-'));
  try {
    for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) {
      copyFileSync(join(ROOT, file), join(tree, file));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
    const write = (file: string, text: string) => {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), text);
    };
    for (const folder of TARGETS) write(`${folder}/target.ts`, 'export const target = 1;\n');
    for (const [file, imported] of CASES) write(file, `import * as it from '${imported}';\nexport const x = it;\n`);

    write('lambdas/domain/k.ts', "export { x } from './j';\n");

    const folders = ['bin', 'lib', 'lambdas', 'web', 'dev', 'test', 'bench'];
    const tool = join(ROOT, 'node_modules/.bin/depcruise');
    const { stdout } = spawnSync(tool, ['--config', '--output-type', 'json', ...folders], {
      cwd: tree,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
    const broken = new Map<string, string[]>();
    for (const { from, rule } of summary.violations) broken.set(from, [...(broken.get(from) ?? []), rule.name]);
    return broken;
  } finally {
    rmSync(tree, { recursive: true });
  }
}

describe('the layers', () => {
  let broken: ReadonlyMap<string, readonly string[]>;
  beforeAll(() => {
    broken = brokenRules();
  });

  test.each(CASES)('%s importing %s breaks %s', (file, _imported, rule) => {
    expect(broken.get(file)).toEqual(rule === 'nothing' ? undefined : [rule]);
  });
});
