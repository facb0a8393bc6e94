import { stringify } from 'csv-stringify/sync';
import { formatUsd } from '../../money/pico';
import type { Parts } from './account-state';
import type { Statement } from './statement';

const COLUMNS = [
  'at',
  'kind',
  'id',
  'reference',
  'reason',
  'requests',
  'promotional',
  'paid',
  'owed',
  'debt',
  'creditLine',
] as const;

/**
 * A statement as CSV (RFC 4180), in dollars. A spreadsheet would run a cell that begins with =, +, -, @, a tab or a
 * carriage return as a formula, so such a cell gets an apostrophe; only amounts, which are numbers, may begin with a minus.
 */
export function statementCsv({ month, opening, closing, lines }: Statement): string {
  const rows = [
    [`${month} opening`, 'opening', '', '', '', '', ...amountsOf(opening)],
    ...lines.map((line) => [
      line.at,
      line.kind,
      line.entryId ?? '',
      line.reference ?? '',
      line.reason ?? '',
      line.requests?.toString() ?? '',
      ...amountsOf(line),
    ]),
    [`${month} closing`, 'closing', '', '', '', '', ...amountsOf(closing)],
  ];
  return stringify([[...COLUMNS], ...rows], {
    escape_formulas: true,
    record_delimiter: 'windows',
    cast: { bigint: formatUsd },
  });
}

/** Bigints, which are the only cells that may begin with a minus. */
const amountsOf = ({ promotionalPico, paidPico, owedPico, debtPico, creditLinePico }: Parts): readonly bigint[] => [
  promotionalPico,
  paidPico,
  owedPico,
  debtPico,
  creditLinePico,
];
