import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CatalogData } from '../../lambdas/contracts/catalog';
import { print, printError } from '../print';
import { buildCatalog, importProvider, PROVIDERS } from './build-catalog';
import { compareWithSecond } from './disagreements';
import { renderReport } from './report';
import { secondSource } from './second-source';

// Writes the price list and the report on it, or with --check says whether they are what would be written.
const imported = PROVIDERS.map((provider) => importProvider(provider));
const comparisons = imported.map((provider) => compareWithSecond(provider, secondSource(provider.provider)));
const catalog = buildCatalog(imported);

const generated = [
  { path: 'lambdas/domain/catalog/generated/prices.json', text: renderCatalog(catalog) },
  { path: 'docs/generated/price-disagreements.md', text: renderReport(imported, comparisons) },
];

if (process.argv.includes('--check')) await check();
else await write();

async function write(): Promise<void> {
  for (const { path, text } of generated) {
    await mkdir(dirname(absolute(path)), { recursive: true });
    await writeFile(absolute(path), text);
  }
  for (const [at, { provider, models, leftOut }] of imported.entries()) {
    const disagreements = comparisons[at]?.disagreements.length ?? 0;
    print(
      `${provider}: ${models.length} models priced, ${leftOut.length} names left out, ${disagreements} prices disagree`,
    );
  }
  print(`See ${generated.map(({ path }) => path).join(' and ')}.`);
}

async function check(): Promise<void> {
  for (const { path, text } of generated) {
    const committed = await readFile(absolute(path), 'utf8').catch(() => undefined);
    if (committed === text) continue;
    printError(`${path} is not what the sources say: run npm run prices and review it.`);
    process.exitCode = 1;
  }
}

function absolute(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** One model a line: compact, and a changed price is one changed line of a review. */
function renderCatalog({ source, providers }: CatalogData): string {
  const lists = Object.entries(providers).map(([provider, models]) => {
    const lines = models.map((model) => JSON.stringify(model));
    return `${JSON.stringify(provider)}: [\n${lines.join(',\n')}\n]`;
  });
  return `{"source": ${JSON.stringify(source)}, "providers": {\n${lists.join(',\n')}\n}}\n`;
}
