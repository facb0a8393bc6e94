/**
 * `npm run compare:templates -- <folder or git revision> [configuration …]`: synthesizes another checkout and this one
 * and prints every difference between their templates except descriptions and the names of assets, and every export
 * that would block the way from one to the other. The exit code is 1 when there is a difference.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print, printError } from '../../print';
import { openCheckout, synthesize } from './checkout';
import { CONFIGURATIONS } from './configurations';
import { differences, type Difference } from './differences';
import { blockedExports, type References, referencesOf } from './references';

const USAGE = `Usage: npm run compare:templates -- <folder or git revision> [configuration …]
Configurations: ${Object.keys(CONFIGURATIONS).join(', ')}`;

/** Compares each configuration and returns the number of differences. */
async function compare(baseline: string, names: readonly string[]): Promise<number> {
  let total = 0;
  for (const name of names) {
    const configuration = CONFIGURATIONS[name] ?? {};
    const [before, after] = await Promise.all([synthesize(baseline, configuration), synthesize('.', configuration)]);
    const found = differences(before, after);
    total += found.length;
    print(`${name}: ${count(Object.keys(after.stacks).length, 'stack')}, ${count(found.length, 'difference')}`);
    for (const difference of found) print(`  ${render(difference)}`);
    const [live, next] = [referencesOf(before), referencesOf(after)];
    printBlocked('upgrade', live, next);
    printBlocked('rollback', next, live);
  }
  return total;
}

function printBlocked(way: string, live: References, next: References): void {
  for (const { stack, exportName, importedBy } of blockedExports(live, next))
    print(`  CloudFormation refuses the ${way}: ${stack} loses ${exportName}, which ${importedBy} imports`);
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

function render({ path, before, after }: Difference): string {
  if (before === undefined) return `added    ${path}: ${JSON.stringify(after)}`;
  if (after === undefined) return `removed  ${path}: ${JSON.stringify(before)}`;
  return `changed  ${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`;
}

async function main([baseline, ...names]: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in CONFIGURATIONS));
  if (baseline === undefined || unknown.length > 0) {
    printError(baseline === undefined ? USAGE : `Unknown configuration: ${unknown.join(', ')}\n${USAGE}`);
    return 2;
  }
  const chosen = names.length > 0 ? names : Object.keys(CONFIGURATIONS);
  const scratch = mkdtempSync(join(tmpdir(), 'tollgate-compare-'));
  try {
    const total = await compare(openCheckout(baseline, scratch), chosen);
    print(`${count(chosen.length, 'configuration')}, ${count(total, 'difference')}`);
    return total > 0 ? 1 : 0;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
