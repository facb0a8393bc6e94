/**
 * `npm run check -- prose`: the banned phrases, test titles without a subject and words that the glossary replaces.
 * Paths as arguments restrict it to the files below them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { print } from '../../../print';
import { replacedWords } from './glossary-words';
import { proseFaults } from './prose-faults';

const CHECKED = /\.(ts|tsx|js|cjs|mjs|md)$/;
/** Generated files have a source that is checked; the template and the check's own test quote bad prose. */
const EXEMPT = /(^|\/)generated\/|^docs\/adr\/0000-template\.md$|^test\/repository\/prose\.test\.ts$/;

const paths = process.argv.slice(2);
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...paths], {
  encoding: 'utf8',
});
const replaced = replacedWords(readFileSync('docs/glossary.md', 'utf8'));

let faults = 0;
for (const file of listed.split('\n')) {
  if (!CHECKED.test(file) || EXEMPT.test(file) || !existsSync(file)) continue;
  for (const { line, message } of proseFaults(file, readFileSync(file, 'utf8'), replaced)) {
    faults += 1;
    print(`${file}:${line}: ${message}`);
  }
}
if (faults > 0) {
  print(`Places to rewrite: ${faults}`);
  process.exitCode = 1;
}
