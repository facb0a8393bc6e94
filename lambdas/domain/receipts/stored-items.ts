import { z } from 'zod';
import { DELETED, expires, OF_NO_ACCOUNT } from '../../contracts/storage/erasure-rule';
import { BOOKKEEPING, keyed, ofNobody, storedItem, usage } from '../../contracts/storage/stored-item';
import {
  lateReceiptPartition,
  RECEIPT_KEYS_PARTITION,
  treesPartition,
} from '../../contracts/storage/table-keys/receipts';
import { USAGE } from '../../contracts/storage/tables';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const whole = z.coerce.number();
const shown = usage('exported', 'erasable');

/** The items about receipts. */
export const RECEIPT_ITEMS = [
  storedItem({
    kind: 'receipt-tree',
    about: 'a tree of the hashes of an account’s receipts; the receipt itself of a request that expired',
    table: USAGE,
    ends: 'as usage records, counted from the seal',
    erasure: DELETED,
    schema: z.object({
      header: z.string(),
      seal: whole,
      index: whole,
      path: bytes,
      leaves: bytes,
      texts: z.record(z.string(), z.string()).optional(),
    }),
    fields: { header: shown, seal: shown, index: shown, path: shown, leaves: shown, texts: shown },
    is: keyed(/^trees#/, /./),
    ofAccount: (accountId) => [{ partition: treesPartition(accountId) }],
  }),
  storedItem({
    kind: 'late-receipt',
    about: 'in which tree a receipt is that was sealed late',
    table: USAGE,
    ends: 'with the tree',
    erasure: DELETED,
    schema: z.object({ tree: z.string() }),
    fields: { tree: BOOKKEEPING },
    is: keyed(/^late#/, /./),
    ofAccount: (accountId) => [{ partition: lateReceiptPartition(accountId) }],
  }),
  storedItem({
    kind: 'open-leaves',
    about: 'hashes of receipts that wait for the next seal',
    table: USAGE,
    ends: 'with the next seal',
    erasure: expires(1, 'The next seal, within minutes, moves the hashes into a tree, which erasure deletes.'),
    schema: z.object({ accounts: z.unknown() }),
    fields: { accounts: BOOKKEEPING },
    is: keyed(/^leaves#/, /./),
    notFound: 'It is gone within minutes, and what it says is in a tree then.',
  }),
  storedItem({
    kind: 'seal',
    about: 'a signed seal over the trees of a minute',
    table: USAGE,
    ends: 'as usage records',
    erasure: OF_NO_ACCOUNT,
    schema: z.object({ text: z.string(), signature: bytes }),
    fields: { text: ofNobody(), signature: ofNobody() },
    is: keyed('seals', /^\d{12}$/),
    notFound: 'It belongs to no account.',
  }),
  storedItem({
    kind: 'last-seal',
    about: 'the last seal, and the waiting hashes that it covers',
    table: USAGE,
    ends: 'never',
    erasure: OF_NO_ACCOUNT,
    schema: z.object({ number: whole, minute: z.string(), hash: z.string(), consumed: z.unknown() }),
    fields: { number: ofNobody(), minute: ofNobody(), hash: ofNobody(), consumed: ofNobody() },
    is: keyed('seals', 'last'),
    notFound: 'It belongs to no account.',
  }),
  storedItem({
    kind: 'receipt-key',
    about: 'a public key that verifies seals',
    table: USAGE,
    ends: 'never',
    erasure: OF_NO_ACCOUNT,
    schema: z.object({ publicKey: bytes, since: z.string() }),
    fields: { publicKey: ofNobody(), since: ofNobody() },
    is: keyed(RECEIPT_KEYS_PARTITION, /./),
    notFound: 'It belongs to no account.',
  }),
];
