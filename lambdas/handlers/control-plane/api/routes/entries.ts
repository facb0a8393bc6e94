import type { z } from 'zod';
import { entryFilterSchema, entrySchema } from '../../../../contracts/http/entries';
import { isoTime } from '../../../../contracts/storage/table-keys/key-parts';
import { formatUsd } from '../../../../domain/money/pico';
import type { ChargedEntry } from '../../../../domain/wallet/funds/charged-credit';
import { movedInto } from '../../../../domain/wallet/ledger/entry';
import { entryPage } from '../../../../domain/wallet/ledger/entry-page';
import { definePage } from '../define-page';
import { inAccount } from './path-parameters';
import { expectAccount } from './payment-calls';

/** The account's ledger. */
export const ENTRY_ROUTES = [
  definePage({
    id: 'listEntries',
    path: '/v1/accounts/{accountId}/entries',
    permission: 'wallet.read',
    summary: 'The entries of the ledger by ID; a page may be short although more follow',
    params: inAccount,
    filter: entryFilterSchema,
    item: entrySchema,
    read: async (dependencies, { params, filter }, page) => {
      await expectAccount(dependencies, params.accountId);
      const { kind, from, to } = filter;
      const selected = { kind, from: milliseconds(from), to: milliseconds(to) };
      const { items, next } = await entryPage(dependencies.store, params.accountId, selected, page);
      return { items: items.map(viewOf), ...(next && { next }) };
    },
  }),
];

/** The time as entries have it, so that both compare as text. */
const milliseconds = (time: string | undefined): string | undefined =>
  time === undefined ? undefined : isoTime(Date.parse(time));

function viewOf({ entry, promotionalPico }: ChargedEntry): z.input<typeof entrySchema> {
  const { entryId, kind, at, requestId, reference, reason, priceVersion, transfers } = entry;
  return {
    entryId,
    kind,
    at,
    requestId,
    reference,
    reason,
    priceVersion,
    transfers: transfers.map(({ from, to, amountPico }) => ({ from, to, amount: formatUsd(amountPico) })),
    ...(movedInto('spent', entry) > 0n && { promotional: formatUsd(promotionalPico) }),
  };
}
