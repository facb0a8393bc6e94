import { formatUsd } from '../../../lambdas/domain/money/pico';
import manifest from '../../../package.json';
import type { ImportedProvider } from './build-catalog';
import type { Comparison, Disagreement } from './disagreements';

/** Renders the page that a person reviews before approving imported prices. */
export function renderReport(imported: readonly ImportedProvider[], comparisons: readonly Comparison[]): string {
  const { '@pydantic/genai-prices': first, 'llm-zoo': second } = manifest.devDependencies;
  return (
    [
      '# Where the price sources disagree',
      'Written by `npm run prices`; do not edit.',
      `Prices come from \`@pydantic/genai-prices\` ${first}. \`llm-zoo\` ${second} serves only as a cross-check: ` +
        'differences above 1% are listed, and a person decides which source is right.',
      ...comparisons.map((comparison) => renderComparison(comparison)),
      ...imported.map((provider) => renderLeftOut(provider)),
    ].join('\n\n') + '\n'
  );
}

function renderComparison({ provider, disagreements, compared, onlyInFirst, onlyInSecond }: Comparison): string {
  const rows = disagreements.map((disagreement) => renderDisagreement(disagreement));
  return [
    `## ${provider}`,
    `${compared} models compared, ${disagreements.length} prices disagree.`,
    ...(rows.length === 0 ? [] : [table(['model', 'unit', 'first, $ per million', 'second, $ per million'], rows)]),
    `Models that the second source does not have: ${list(onlyInFirst)}.`,
    `Names that only the second source has, which are not served: ${list(onlyInSecond)}.`,
  ].join('\n\n');
}

function renderDisagreement({ model, unit, firstPico, secondPico }: Disagreement): readonly string[] {
  return [code(model), unit, formatUsd(firstPico), formatUsd(secondPico)];
}

function renderLeftOut({ provider, leftOut }: ImportedProvider): string {
  const rows = leftOut.map(({ name, reason }) => [code(name), reason]);
  return `## ${provider}: priced but left out\n\n${rows.length === 0 ? 'None.' : table(['name', 'reason'], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map(code).join(', ');
}

function code(name: string): string {
  return `\`${name}\``;
}
