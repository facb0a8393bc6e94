/** Part of `npm run docs`: writes docs/generated from the documented deployment, and the generated sections of other pages. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print } from '../../print';
import { DOCUMENTED_DEPLOYMENT, readAssembly } from './assembly';
import { PAGES } from './pages';
import { SECTIONS, withSection } from './sections';

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

for (const [file, name, render] of SECTIONS) {
  const url = new URL(`../../../${file}`, import.meta.url);
  writeFileSync(url, withSection(readFileSync(url, 'utf8'), name, render()));
  print(file);
}
