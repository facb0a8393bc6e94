/**
 * `npm run lock`: lists in package-lock.json the optional binaries of every platform, and which C library those
 * of Node need.
 *
 * npm leaves out those that the registry at hand does not carry, and `npm ci` then refuses the lock file on
 * every platform. What is added here has an exact version but no integrity, as its bytes were never seen;
 * the platforms that CI and Lambda run on are never among them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { declareLibc } from './declare-libc';
import { missingPlatforms, type Lock } from './missing-platforms';

const FILE = new URL('../../../package-lock.json', import.meta.url);

const lock = JSON.parse(readFileSync(FILE, 'utf8')) as Lock;
const missing = missingPlatforms(lock);
const packages = { ...declareLibc(lock), ...missing };
const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
process.stdout.write(`${Object.keys(missing).length} added\n`);
