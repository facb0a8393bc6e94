import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { dayIn, type PublishedModel } from '../../../lambdas/domain/catalog/published-models';
import { PRICE_LIST } from '../../../lambdas/domain/catalog/price-list';
import { print } from '../../print';

// `npm run published -- <prices of litellm> <api.json of models.dev> <their versions>`: writes which names of the price
// list the providers know, and when they released the models. Neither source is a package for Node, so it is run by hand
// whenever the price list has new names; a test fails until then.

const FILE = '../../../lambdas/domain/catalog/generated/published-models.json';

const litellmSchema = z.record(
  z.string(),
  z.looseObject({ litellm_provider: z.string().optional(), deprecation_date: z.string().optional() }),
);
const modelsDevSchema = z.record(
  z.string(),
  z.looseObject({
    models: z.record(z.string(), z.looseObject({ name: z.string(), release_date: z.iso.date() })),
  }),
);

const [litellmFile = '', modelsDevFile = '', source = ''] = process.argv.slice(2);
const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));
const litellm = litellmSchema.parse(await read(litellmFile));
const modelsDev = modelsDevSchema.parse(await read(modelsDevFile));
const today = new Date().toISOString().slice(0, 10);

const lines = Object.entries(PRICE_LIST.providers).flatMap(([provider, models]) =>
  models.flatMap(({ id, aliases }) => {
    const names = [id, ...aliases];
    return names.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(published(provider, name, names))}`);
  }),
);
await writeFile(
  fileURLToPath(new URL(FILE, import.meta.url)),
  `{"source": ${JSON.stringify(source)}, "names": {\n${lines.join(',\n')}\n}}\n`,
);
print(`${lines.length} names written.`);

/** @returns null when the provider does not know the name, or does not serve it any more */
function published(provider: string, name: string, names: readonly string[]): PublishedModel | null {
  const known = modelsDev[provider]?.models[name];
  const priced = litellm[name]?.litellm_provider === provider ? litellm[name] : undefined;
  if (known === undefined && priced === undefined) return null;
  if ((priced?.deprecation_date ?? today) < today) return null;
  // A name without a date means the snapshots beside it, the first of which came with the model.
  const dated = names.flatMap((each) => dayIn(each) ?? []).sort()[0];
  const released = known?.release_date ?? dayIn(name) ?? (name === names[0] ? dated : undefined);
  return {
    ...(known && { name: known.name.replace(/ \(latest\)$/, '') }),
    ...(released !== undefined && { released }),
  };
}
