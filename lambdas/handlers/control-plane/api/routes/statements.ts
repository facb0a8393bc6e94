import type { z } from 'zod';
import { type partsSchema, statementSchema } from '../../../../contracts/http/statements';
import { isoTime } from '../../../../contracts/storage/table-keys/key-parts';
import { formatUsd } from '../../../../domain/money/pico';
import type { Parts } from '../../../../domain/payments/statements/account-state';
import { closeMonths } from '../../../../domain/payments/statements/closings';
import { boundsOf, monthBefore } from '../../../../domain/payments/statements/month';
import { type Statement, statementOf } from '../../../../domain/payments/statements/statement';
import { statementCsv } from '../../../../domain/payments/statements/statement-csv';
import { statementHtml } from '../../../../domain/payments/statements/statement-html';
import { InvalidInput } from '../../control-plane-errors';
import { defineRoute, Download } from '../define-route';
import { ofStatement } from './path-parameters';
import { expectAccount } from './payment-calls';

const FILES: { readonly [extension: string]: readonly [type: string, write: (statement: Statement) => string] } = {
  csv: ['text/csv', statementCsv],
  html: ['text/html', statementHtml],
};

/** The monthly statements of an account. */
export const STATEMENT_ROUTES = [
  defineRoute({
    id: 'getStatement',
    method: 'get',
    path: '/v1/accounts/{accountId}/statements/{statement}',
    permission: 'wallet.read',
    summary: 'The statement of a month, as JSON or as a file: CSV, or a page to print',
    params: ofStatement,
    answer: statementSchema,
    downloads: Object.values(FILES).map(([type]) => type),
    handle: async (dependencies, { params }) => {
      const { store, clock } = dependencies;
      await expectAccount(dependencies, params.accountId);
      const [month = '', extension = ''] = params.statement.split('.');
      const [from] = boundsOf(month);
      if (from > isoTime(clock())) throw new InvalidInput([{ pointer: 'statement', detail: 'has not begun yet' }]);
      await closeMonths({ store, clock }, params.accountId, monthBefore(month));
      const statement = await statementOf({ store, clock }, params.accountId, month);
      const file = FILES[extension];
      if (file === undefined) return viewOf(statement);
      const [type, write] = file;
      return new Download({ type, name: `statement-${params.statement}`, text: write(statement) });
    },
  }),
];

const partsOf = (parts: Parts): z.input<typeof partsSchema> => ({
  promotional: formatUsd(parts.promotionalPico),
  paid: formatUsd(parts.paidPico),
  owed: formatUsd(parts.owedPico),
  debt: formatUsd(parts.debtPico),
  creditLine: formatUsd(parts.creditLinePico),
});

function viewOf({ accountId, month, isOver, opening, closing, lines }: Statement): z.input<typeof statementSchema> {
  return {
    accountId,
    month,
    isOver,
    opening: partsOf(opening),
    closing: partsOf(closing),
    lines: lines.map((line) => {
      const { at, kind, entryId, reference, reason, requests } = line;
      const count = requests === undefined ? {} : { requests: Number(requests) };
      return { at, kind, entryId, reference, reason, ...count, ...partsOf(line) };
    }),
  };
}
