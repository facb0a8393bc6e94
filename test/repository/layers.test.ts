import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './tracked-files';

/** A file in a small tree, the import that it makes, and the rule that the import breaks. */
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
  ['lambdas/domain/money/a.ts', '../../contracts/target', 'nothing'],
  ['lambdas/domain/money/b.ts', 'node:crypto', 'nothing'],
  ['lambdas/domain/money/c.ts', 'node:stream/promises', 'nothing'],
  ['lambdas/domain/money/d.ts', '../../adapters/target', 'domain-layer'],
  ['lambdas/domain/money/e.ts', 'undici', 'pure-domain-packages'],
  ['lambdas/domain/money/f.ts', '@aws-sdk/client-dynamodb', 'pure-domain-packages'],
  ['lambdas/domain/money/g.ts', 'node:fs', 'pure-domain-core'],
  ['lambdas/domain/money/h.ts', 'node:http', 'pure-domain-core'],
  ['lambdas/domain/money/i.ts', 'net', 'pure-domain-core'],
  ['lambdas/domain/money/j.ts', './k', 'no-cycles'],
  ['lambdas/domain/money/l.ts', './nowhere', 'resolvable'],
  ['lambdas/domain/accounts/a.ts', '../wallet/target', 'nothing'],
  ['lambdas/domain/accounts/b.ts', '../keys/target', 'accounts-floor'],
  ['lambdas/domain/catalog/a.ts', '../people/target', 'catalog-floor'],
  ['lambdas/domain/clock.ts', './money/target', 'clock-floor'],
  ['lambdas/domain/usage/a.ts', './spend-watch/target', 'usage-floor'],
  ['lambdas/domain/usage/spend-watch/a.ts', '../target', 'nothing'],
  ['lambdas/domain/usage/spend-watch/b.ts', '../../keys/target', 'nothing'],
  ['lambdas/domain/wallet/a.ts', '../usage/target', 'nothing'],
  ['lambdas/domain/wallet/b.ts', '../usage/spend-watch/target', 'wallet-floor'],
  ['lambdas/domain/weather/a.ts', '../money/target', 'feature-without-floor'],
  ['lib/constructs/a.ts', '../compliance/target', 'nothing'],
  ['lib/constructs/b.ts', '../wallet/target', 'constructs-floor'],
  ['lib/compliance/a.ts', '../wallet/target', 'constructs-floor'],
  ['lib/wallet/a.ts', '../stacks/target', 'stacks-floor'],
  ['lib/stacks/a.ts', '../wallet/target', 'nothing'],
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

/** Each of these folders has a file named target.ts. */
const TARGETS = [
  'dev',
  'lambdas/adapters',
  'lambdas/contracts',
  'lambdas/domain',
  'lambdas/domain/keys',
  'lambdas/domain/money',
  'lambdas/domain/people',
  'lambdas/domain/usage',
  'lambdas/domain/usage/spend-watch',
  'lambdas/domain/wallet',
  'lambdas/handlers',
  'lib',
  'lib/compliance',
  'lib/stacks',
  'lib/wallet',
];

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

    write('lambdas/domain/money/k.ts', "export { x } from './j';\n");

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

describe('the layers and the feature floors', () => {
  let broken: ReadonlyMap<string, readonly string[]>;
  beforeAll(() => {
    broken = brokenRules();
  });

  test.each(CASES)('%s importing %s breaks %s', (file, _imported, rule) => {
    expect(broken.get(file)).toEqual(rule === 'nothing' ? undefined : [rule]);
  });
});
