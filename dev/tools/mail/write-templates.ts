/**
 * `npm run mails`: renders dev/mail-templates into TypeScript, so that no deployed code depends on React. With `--check`
 * it writes nothing, and fails if a file would change.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { render } from '@react-email/render';
import type { ReactElement } from 'react';
import { KINDS } from '../../../lambdas/domain/notifications/outbox/kinds';
import * as alerts from '../../mail-templates/alerts';
import * as invoices from '../../mail-templates/invoices';
import * as keys from '../../mail-templates/keys';
import type { MailSource } from '../../mail-templates/layout';
import * as payments from '../../mail-templates/payments';
import * as people from '../../mail-templates/people';
import * as webhooks from '../../mail-templates/webhooks';
import { print, printError } from '../../print';

const FOLDER = 'lambdas/domain/notifications/templates/generated';

const sources: Readonly<Record<string, MailSource>> = {
  ...people,
  ...keys,
  ...payments,
  ...invoices,
  ...alerts,
  ...webhooks,
};

const fileOf = (kind: string): string => kind.replaceAll('_', '-');
const nameOf = (kind: string): string => kind.toUpperCase();

async function moduleOf(kind: string): Promise<string> {
  const source = sources[kind];
  if (source === undefined) throw new Error(`${kind} has no template in dev/mail-templates.`);
  const body = source.body as ReactElement;
  const template = {
    subject: source.subject,
    text: await render(body, { plainText: true, htmlToTextOptions: { wordwrap: false } }),
    html: await render(body),
  };
  return [
    '// Written by `npm run mails` from dev/mail-templates.',
    "import type { Template } from '../template';",
    '',
    `export const ${nameOf(kind)}: Template = ${JSON.stringify(template, null, 2)};`,
    '',
  ].join('\n');
}

function indexOf(kinds: readonly string[]): string {
  return [
    '// Written by `npm run mails` from dev/mail-templates.',
    "import type { Kind } from '../../outbox/kinds';",
    "import type { Template } from '../template';",
    ...kinds.map((kind) => `import { ${nameOf(kind)} } from './${fileOf(kind)}';`),
    '',
    '/** The mail of each kind of message. */',
    'export const TEMPLATES: { readonly [kind in Kind]: Template } = {',
    ...kinds.map((kind) => `  ${kind}: ${nameOf(kind)},`),
    '};',
    '',
  ].join('\n');
}

const urlOf = (file: string): URL => new URL(`../../../${file}`, import.meta.url);

function current(file: string): string | undefined {
  try {
    return readFileSync(urlOf(file), 'utf8');
  } catch {
    return undefined;
  }
}

const kinds = Object.keys(KINDS);
const files: [file: string, content: string][] = [[`${FOLDER}/templates.ts`, indexOf(kinds)]];
for (const kind of kinds) files.push([`${FOLDER}/${fileOf(kind)}.ts`, await moduleOf(kind)]);

const changed = files.filter(([file, content]) => current(file) !== content);
if (process.argv.includes('--check')) {
  for (const [file] of changed) printError(`${file} does not match dev/mail-templates: run npm run mails.`);
  process.exitCode = changed.length === 0 ? 0 : 1;
} else {
  mkdirSync(urlOf(FOLDER), { recursive: true });
  for (const [file, content] of changed) {
    writeFileSync(urlOf(file), content);
    print(file);
  }
}
