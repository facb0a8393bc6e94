import { formatUsd } from '../../money/pico';
import type { Parts } from './account-state';
import type { Statement, StatementLine } from './statement';

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const STYLE = `
  body { font: 13px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #111; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid #ccc; vertical-align: top; }
  .amount { text-align: right; white-space: nowrap; }
  .id { overflow-wrap: anywhere; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  .sum { font-weight: 600; background: #f3f3f3; }
  @page { size: A4 landscape; margin: 15mm; }
  @media print { body { margin: 0; max-width: none; padding: 0; } .sum { background: none; } }
`;

/** A statement as a page to print. It has no script and loads nothing. */
export function statementHtml({ accountId, month, isOver, opening, closing, lines }: Statement): string {
  const note = isOver ? '' : '<p>The month is not over: more may follow.</p>';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Statement ${escaped(month)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Statement ${escaped(month)}</h1>
<p>Account ${escaped(accountId)}. Amounts are US dollars, times are UTC. Every column adds up: the opening balance and the lines make the closing balance.</p>
${note}
<table>
<thead><tr><th>Time</th><th>Event</th><th>ID</th><th>Reference</th><th class="amount">Requests</th><th class="amount">Promotional</th><th class="amount">Paid</th><th class="amount">Owed</th><th class="amount">Debt</th><th class="amount">Credit line</th></tr></thead>
<tbody>
${sumRow('Opening balance', opening)}
${lines.map(lineRow).join('\n')}
${sumRow('Closing balance', closing)}
</tbody>
</table>
</body>
</html>
`;
}

const cell = (text: string, style?: 'amount' | 'id'): string =>
  `<td${style === undefined ? '' : ` class="${style}"`}>${escaped(text)}</td>`;

const amounts = ({ promotionalPico, paidPico, owedPico, debtPico, creditLinePico }: Parts): string =>
  [promotionalPico, paidPico, owedPico, debtPico, creditLinePico]
    .map((pico) => cell(formatUsd(pico), 'amount'))
    .join('');

const sumRow = (title: string, parts: Parts): string =>
  `<tr class="sum"><td colspan="5">${escaped(title)}</td>${amounts(parts)}</tr>`;

function lineRow(line: StatementLine): string {
  const { at, kind, entryId = '', reference, reason, requests } = line;
  const about = [reference, reason].filter((text) => text !== undefined).join(', ');
  const cells = [
    cell(at),
    cell(kind),
    cell(entryId, 'id'),
    cell(about, 'id'),
    cell(requests?.toString() ?? '', 'amount'),
  ];
  return `<tr>${cells.join('')}${amounts(line)}</tr>`;
}
