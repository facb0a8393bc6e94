/** `npm run evidence [-- <folder>]`: collects the evidence for an audit in a folder, which must be new or empty. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { print, printError } from '../../print';
import { CONTROLS } from '../pages/controls';
import { listComponents } from './components';

const [folder = '.cache/evidence'] = process.argv.slice(2);
const target = resolve(folder);

if (existsSync(target) && readdirSync(target).length > 0) {
  printError(`${folder} is not empty: name a new folder, so that no older evidence is mixed in.`);
  process.exitCode = 1;
} else {
  write();
}

function write(): void {
  const documents = new Set(['docs/generated', ...CONTROLS.flatMap((control) => control.documents)]);
  for (const path of documents) {
    mkdirSync(join(target, dirname(path)), { recursive: true });
    cpSync(path, join(target, path), { recursive: true });
  }
  writeFileSync(join(target, 'components.cdx.json'), `${JSON.stringify(listComponents(), null, 2)}\n`);
  const files = readdirSync(target, { recursive: true, encoding: 'utf8' })
    .map((file) => join(target, file))
    .filter((file) => statSync(file).isFile())
    .sort();
  const sums = files.map((file) => `${sha256(file)}  ${relative(target, file)}`);
  writeFileSync(join(target, 'SHA256SUMS'), `${sums.join('\n')}\n`);
  print(
    `${files.length} files in ${folder}. Begin with docs/generated/controls.md; SHA256SUMS shows that none was changed.`,
  );
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
