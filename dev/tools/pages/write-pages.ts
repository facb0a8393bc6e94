/** Part of `npm run docs`: synthesizes the documented deployment and writes its pages into docs/generated. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print } from '../../print';
import { DOCUMENTED_DEPLOYMENT, readAssembly } from './assembly';
import { PAGES } from './pages';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-pages-'));
try {
  const context = `tollgate=${JSON.stringify(DOCUMENTED_DEPLOYMENT)}`;
  // npm has put node_modules/.bin on the PATH. The output of the bundler is shown only if it fails.
  execFileSync('cdk', ['synth', '--no-notices', '--quiet', '--output', folder, '--context', context], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const assembly = readAssembly(folder);
  for (const [file, render] of PAGES) {
    const path = `docs/generated/${file}`;
    writeFileSync(new URL(`../../../${path}`, import.meta.url), render(assembly));
    print(path);
  }
} finally {
  rmSync(folder, { recursive: true });
}
