/** `npm run smoke -- --endpoint <url>`: checks a deployment from outside, as a client sees it. */
import { text } from 'node:stream/consumers';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { formatUsd } from '../../../lambdas/domain/money/pico';
import { UsageError } from '../../cli/commands/usage';
import { print, printError } from '../../print';
import { readClientKey } from '../../local/settings';
import type { Finding } from './finding';
import { runSmoke, type SmokeReport } from './run-smoke';
import { parseSmokeOptions, requireKey, SMOKE_USAGE } from './smoke-options';

async function main(args: readonly string[]): Promise<number> {
  const options = parseSmokeOptions(args);
  if (options === undefined) {
    print(SMOKE_USAGE);
    return 0;
  }
  const apiKey = options.key ?? requireKey(readClientKey() ?? (await keyFromInput()));
  const { isJson } = options;
  const report = await runSmoke(
    { ...options, apiKey, workloads: options.workloads && { ...options.workloads, credentials: defaultProvider() } },
    isJson ? undefined : (finding) => print(renderFinding(finding)),
  );
  const hasFailed = report.findings.some(({ state }) => state === 'failed');
  print(isJson ? renderJson(options.endpoint, report, hasFailed) : `cost of this run: $${formatUsd(report.costPico)}`);
  return hasFailed ? 1 : 0;
}

async function keyFromInput(): Promise<string> {
  if (process.stdin.isTTY) throw new UsageError('The API key is missing: set TOLLGATE_KEY.');
  return text(process.stdin);
}

const LABELS = { ok: 'ok  ', failed: 'FAIL', skipped: 'skip' } as const;

const renderFinding = ({ check, state, measured }: Finding): string => `${LABELS[state]}  ${check}: ${measured}`;

const renderJson = (endpoint: string, { findings, costPico }: SmokeReport, hasFailed: boolean): string =>
  JSON.stringify({ endpoint, ok: !hasFailed, checks: findings, cost: formatUsd(costPico) });

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    printError(error instanceof UsageError ? error.message : 'The checks could not run.');
    if (error instanceof UsageError) printError('Use --help to list the options.');
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
