/**
 * `npm run lock`: adds the optional binaries of every platform to package-lock.json, declares which C library the Node
 * packages need, and adds the address of each package.
 *
 * npm omits binaries that the configured registry does not carry, and `npm ci` then rejects the lock file on every
 * platform. The entries added here have an exact version but no integrity hash, because the packages could not be
 * downloaded. The platforms that CI and Lambda run on are never among them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { addAddresses } from './add-addresses';
import { declareLibc } from './declare-libc';
import { missingPlatforms, type LockFile } from './missing-platforms';

const FILE = new URL('../../../package-lock.json', import.meta.url);

const lock = JSON.parse(readFileSync(FILE, 'utf8')) as LockFile;
const missing = missingPlatforms(lock);
const packages = addAddresses({ packages: { ...declareLibc(lock), ...missing } });
const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
process.stdout.write(`${Object.keys(missing).length} added\n`);
