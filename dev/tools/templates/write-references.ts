/**
 * `npm run references -- <git revision>`: writes what the stacks of that release export and import to
 * test/infra/released-references.json. Run it with the tag of each new release, after the release.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckout, synthesize } from './checkout';
import { CONFIGURATIONS } from './configurations';
import { referencesOf } from './references';

const FILE = 'test/infra/released-references.json';
/** The configurations that differ in what their stacks export or import. */
const NAMES = ['default', 'audit-archive', 'identity', 'second-region'];

const [revision = 'HEAD'] = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'tollgate-references-'));
try {
  const checkout = openCheckout(revision, scratch);
  const written = NAMES.map(async (name) => [
    name,
    referencesOf(await synthesize(checkout, CONFIGURATIONS[name] ?? {})),
  ]);
  const commit = execFileSync('git', ['rev-parse', revision], { encoding: 'utf8' }).trim();
  const references: unknown = Object.fromEntries(await Promise.all(written));
  writeFileSync(FILE, `${JSON.stringify({ revision: commit, references }, undefined, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true });
}
