import { readFileSync } from 'node:fs';
import { type CatalogData, catalogSchema } from '../../../lambdas/contracts/storage/catalog';
import { isoTime } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { isAdopted } from '../../../lambdas/domain/catalog/catalog-at';
import type { ModelDifference, PriceDifference } from '../../../lambdas/domain/catalog/catalog-diff';
import { settingsOf, viewChange, viewModels } from '../../../lambdas/domain/catalog/catalog-view';
import { formatUsd } from '../../../lambdas/domain/money/pico';
import type { CatalogCommand } from './catalog-command';
import { type CommandResult, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import { UnusableFile } from './files';

const TOKENS_PER_MILLION = 1_000_000n;

/** Runs a catalog command. The audit log names the deployment as its actor: who typed the command is unknown. */
export async function runCatalogCommand(services: CommandServices, command: CatalogCommand): Promise<CommandResult> {
  const { catalog, proposals } = services;
  switch (command.name) {
    case 'catalog-show':
      return show(services);
    case 'catalog-changes': {
      const { items } = await catalog.page({ limit: command.limit });
      return jsonLines(items.map(viewChange));
    }
    case 'catalog-diff': {
      const differences = await catalog.diff(readPriceList(services, command), command.complete);
      const lines = differences.length === 0 ? ['The lists do not differ.'] : differences.flatMap(renderDifference);
      return { exitCode: 0, lines };
    }
    case 'catalog-propose': {
      const { complete } = command;
      const proposal = await proposals.propose({ list: readPriceList(services, command), complete, actor: DEPLOYMENT });
      const { number: version } = await catalog.state();
      const differences = await catalog.diff(proposal.list, complete);
      const result = { proposalId: proposal.id, version, differences: differences.length };
      return { ...jsonLines([result]), notes: differences.flatMap(renderDifference) };
    }
    case 'catalog-approve': {
      const { proposalId, models, from, version } = command;
      const proposal = await proposals.get(proposalId);
      const { number } = await catalog.approve({ proposal, models, from, version, actor: DEPLOYMENT });
      return jsonLines([{ version: number }]);
    }
    case 'catalog-set': {
      const { setting, from, version } = command;
      const { number } = await catalog.change({ settings: [setting], from, version, actor: DEPLOYMENT });
      return jsonLines([{ version: number }]);
    }
  }
}

/** Prints the version, then the settings in force and scheduled, then each model with its cost and price. */
async function show({ catalog, compiled, clock }: CommandServices): Promise<CommandResult> {
  const { number: version, timelines } = await catalog.state();
  const now = isoTime(clock());
  const compiledDiffersIn = (await catalog.diff(compiled, true)).length;
  const settings = settingsOf([...timelines.values()].flat()).map(({ from, setting }) => ({ from, ...setting }));
  const models = viewModels(timelines, compiled, now).map(({ tiers, ...model }) => ({
    ...model,
    usdPerMillionTokens: tiers.map(({ abovePromptTokens, picoPerToken, costPicoPerToken }) => ({
      abovePromptTokens,
      price: inUsd(picoPerToken),
      cost: inUsd(costPicoPerToken),
    })),
  }));
  return jsonLines([{ version, approved: isAdopted(timelines, now), compiledDiffersIn }, ...settings, ...models]);
}

function readPriceList({ compiled }: CommandServices, { file }: { readonly file?: string | undefined }): CatalogData {
  if (file === undefined) return compiled;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new UnusableFile(`Cannot read ${file}: it does not exist or is not JSON.`);
  }
  const parsed = catalogSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UnusableFile(`${file} is not a valid price list: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`);
}

function renderDifference({ list, model, kind, definition, prices }: ModelDifference): readonly string[] {
  const what = definition.length === 0 ? kind : `${kind} (${definition.join(', ')})`;
  return [`${list}/${model}: ${what}`, ...prices.map((price) => `  ${renderPrice(price)}`)];
}

function renderPrice({ from, abovePromptTokens, unit, beforePico, afterPico }: PriceDifference): string {
  const tier = abovePromptTokens === 0 ? '' : ` above ${abovePromptTokens} prompt tokens`;
  const prices = [beforePico, afterPico].map((pico) => (pico === undefined ? 'no price' : usdPerMillion(pico)));
  const change =
    beforePico === undefined || afterPico === undefined ? '' : afterPico > beforePico ? ', higher' : ', lower';
  return `${unit}${tier}: ${prices.join(' -> ')} per million tokens${change}, from ${from}`;
}

const usdPerMillion = (pico: bigint): string => `$${formatUsd(pico * TOKENS_PER_MILLION)}`;

const inUsd = (prices: { readonly [unit: string]: string }): object =>
  Object.fromEntries(
    Object.entries(prices).map(([unit, pico]) => [unit, formatUsd(BigInt(pico) * TOKENS_PER_MILLION)]),
  );
