import type { StoredExport } from '../../../contracts/storage/export';
import { REGISTER } from '../register';
import { FORMAT_VERSION } from './kind-files';

/** The text that explains one archive of an export to the person who opens it. */
export function readmeOf({
  ownerId,
  stored,
  counts,
  isLast,
}: {
  readonly ownerId: string;
  readonly stored: Pick<StoredExport, 'exportId' | 'requestedAt' | 'files'>;
  /** How many items of each kind the archive has. */
  readonly counts: ReadonlyMap<string, number>;
  readonly isLast: boolean;
}): string {
  const number = stored.files.length + 1;
  const position = isLast && number === 1 ? 'the only file' : `file ${number}${isLast ? ', the last' : ''}`;
  const kinds = REGISTER.filter(({ kind }) => (counts.get(kind) ?? 0) > 0);
  return [
    `This is ${position} of the export ${stored.exportId} of ${ownerId}, requested at ${stored.requestedAt}.`,
    '',
    ...kinds.map(({ kind, about }) => `${kind}: ${counts.get(kind)} × ${about}`),
    '',
    `Format: tollgate-export, version ${FORMAT_VERSION}. Each kind has the same items as JSON and as CSV (UTF-8), and schemas/`,
    'has the JSON Schema of its items. A later version of the format may change or remove fields; within a version, fields are',
    'only added.',
    '',
    '- id is unique among the items of a kind. A large export has several files: a kind that is in two of them goes on there.',
    '- Times are ISO 8601 in UTC. Amounts are whole numbers of pico-dollars (1e-12 USD) where the field ends in Pico, and',
    '  of cents where it ends in Cents. They are text in JSON, because many readers round large numbers.',
    '- In CSV, nested values are JSON. A cell that a spreadsheet would run as a formula begins with an apostrophe.',
    '- People are named by pseudonyms (per_…), and keys by IDs.',
    '',
    'What is not here: prompts and answers, which are never stored; secrets, of which only hashes are stored; and items',
    'that exist only to make the service work, such as counters. The data map of the service lists every field.',
    '',
  ].join('\r\n');
}
