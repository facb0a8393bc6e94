import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CatalogData, retiredPricesSchema } from '../../../lambdas/contracts/storage/catalog';
import committedRetired from '../../../lambdas/domain/catalog/generated/retired-prices.json';
import { PRICE_LIST } from '../../../lambdas/domain/catalog/price-list';
import { print, printError } from '../../print';
import { buildCatalog, importProvider, PROVIDERS } from './build-catalog';
import { compareWithSecond } from './disagreements';
import { renderReport } from './report';
import { retiredPrices } from './retired-prices';
import { secondSource } from './second-source';

// `npm run prices`: writes the price list, the retired price versions and the report. With --check it only compares
// them with the committed files. Those files are also an input: a version that the sources dropped becomes retired.
const imported = PROVIDERS.map((provider) => importProvider(provider));
const comparisons = imported.map((provider) => compareWithSecond(provider, secondSource(provider.provider)));
const catalog = buildCatalog(imported);
const history = { catalog: PRICE_LIST, retired: retiredPricesSchema.parse(committedRetired) };
const retired = retiredPrices(history, catalog);

const generated = [
  // The retired versions are written first, so that a run that fails after that has lost none.
  { path: 'lambdas/domain/catalog/generated/retired-prices.json', text: `${renderList(retired)}\n` },
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
  for (const [index, { provider, models, leftOut }] of imported.entries()) {
    const disagreements = comparisons[index]?.disagreements.length ?? 0;
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
    printError(`${path} does not match the price sources: run "npm run prices" and review the change.`);
    process.exitCode = 1;
  }
}

function absolute(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

function renderCatalog({ source, providers }: CatalogData): string {
  const lists = Object.entries(providers).map(
    ([provider, models]) => `${JSON.stringify(provider)}: ${renderList(models)}`,
  );
  return `{"source": ${JSON.stringify(source)}, "providers": {\n${lists.join(',\n')}\n}}\n`;
}

/** Puts each model or version on one line, so that a changed price is one changed line in a review. */
function renderList(values: readonly unknown[]): string {
  return `[${values.map((value) => `\n${JSON.stringify(value)}`).join(',')}\n]`;
}
