import { z } from 'zod';
import { restrictionSchema } from '../restrictions/restriction-item';
import { storedExportSchema } from '../../contracts/storage/export';
import { DELETED, expires } from '../../contracts/storage/erasure-rule';
import { at, BOOKKEEPING, keyed, personal, secret, storedItem } from '../../contracts/storage/stored-item';
import {
  EXPORT_PREFIX,
  passphraseKey,
  restrictionKey,
  RUNNING_EXPORTS_PARTITION,
  runningExportKey,
} from '../../contracts/storage/table-keys/privacy';
import { ACCOUNTS, KEYS } from '../../contracts/storage/tables';

const shown = personal('exported', 'erasable');
const OWNER = /^(acc|per)_\w{26}$/;

/** The items about restrictions and exports, and the answers of repeated requests. */
export const PRIVACY_ITEMS = [
  storedItem({
    kind: 'restriction',
    about: 'that data may only be stored: since when, who asked for it',
    table: ACCOUNTS,
    ends: 'when it is lifted',
    erasure: DELETED,
    schema: restrictionSchema,
    fields: { restrictedAt: shown, requestedBy: shown, identityCheck: shown },
    is: keyed(/^restriction#(acc|per)_/, 'restriction'),
    ofAccount: (accountId) => [at(restrictionKey(accountId))],
    ofPerson: ({ personId }) => [at(restrictionKey(personId))],
  }),
  storedItem({
    kind: 'export',
    about: 'an export: who requested it and when, its files',
    table: ACCOUNTS,
    ends: '7 days after it was requested',
    erasure: DELETED,
    schema: storedExportSchema,
    fields: {
      exportId: shown,
      state: shown,
      requestedAt: shown,
      requestedBy: shown,
      identityCheck: shown,
      endsAt: shown,
      files: BOOKKEEPING,
      fileCount: BOOKKEEPING,
      position: BOOKKEEPING,
      isComplete: BOOKKEEPING,
    },
    is: keyed(OWNER, /^export#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: EXPORT_PREFIX } }],
    ofPerson: ({ personId }) => [{ partition: personId, sort: { beginsWith: EXPORT_PREFIX } }],
  }),
  storedItem({
    kind: 'running-export',
    about: 'which export of an account or a person is running',
    table: ACCOUNTS,
    ends: 'with the run, at most 7 days',
    erasure: DELETED,
    schema: z.object({ exportId: z.string(), startedAt: z.string() }),
    fields: { exportId: BOOKKEEPING, startedAt: BOOKKEEPING },
    is: keyed(OWNER, 'running-export'),
    ofAccount: (accountId) => [at(runningExportKey(accountId))],
    ofPerson: ({ personId }) => [at(runningExportKey(personId))],
  }),
  storedItem({
    kind: 'export-listing',
    about: 'an export in the list of those that are running',
    table: ACCOUNTS,
    ends: 'with the run, at most 7 days',
    erasure: DELETED,
    schema: z.object({ ownerId: z.string() }),
    fields: { ownerId: personal('erasable') },
    is: keyed(RUNNING_EXPORTS_PARTITION, /^exp_/),
    ofAccount: () => [{ partition: RUNNING_EXPORTS_PARTITION }],
    ofPerson: () => [{ partition: RUNNING_EXPORTS_PARTITION }],
    belongs: (item, owner) => item['ownerId'] === owner,
  }),
  storedItem({
    kind: 'passphrase',
    about: 'the passphrase of an export',
    table: KEYS,
    ends: 'when it is shown, at most 7 days',
    erasure: DELETED,
    schema: z.object({ passphrase: z.string() }),
    fields: { passphrase: secret('erasable') },
    is: keyed(/^passphrase#exp_/, 'passphrase'),
    through: [{ kind: 'export', places: ({ exportId }) => [at(passphraseKey(String(exportId)))] }],
  }),
  storedItem({
    kind: 'repeated-answer',
    about: 'the answer to a request with an Idempotency-Key, encrypted with that key',
    table: ACCOUNTS,
    ends: 'after a day',
    erasure: expires(1, 'Only the client has the key that finds and decrypts it.'),
    schema: z.object({
      status: z.string(),
      payloadHash: z.string(),
      inProgressUntil: z.coerce.number().optional(),
      answer: z.string().optional(),
    }),
    fields: {
      status: BOOKKEEPING,
      payloadHash: BOOKKEEPING,
      inProgressUntil: BOOKKEEPING,
      answer: secret(),
    },
    is: keyed(/^idempotency#/, 'answer'),
    notFound: 'Only the client has the key that finds and decrypts it, and it is gone after a day.',
  }),
];
