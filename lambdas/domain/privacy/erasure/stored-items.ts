import { z } from 'zod';
import { storedErasureSchema } from '../../../contracts/storage/erasure';
import { DELETED, ENDS_WITH_ERASURE, expires, OF_NO_ACCOUNT } from '../../../contracts/storage/erasure-rule';
import { at, BOOKKEEPING, keyed, ofNobody, personal, storedItem } from '../../../contracts/storage/stored-item';
import {
  ERASURE_PREFIX,
  legalHoldKey,
  RUNNING_ERASURES_PARTITION,
  runningErasureKey,
} from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { storedCertificateSchema } from './find-certificate';
import { legalHoldSchema } from './legal-holds';

const shown = personal('exported', 'erasable');
const OWNER = /^(acc|per)_\w{26}$/;

/** The items about erasures. The last step of an erasure deletes all of its own but the certificate. */
export const ERASURE_ITEMS = [
  storedItem({
    kind: 'erasure',
    about: 'an erasure that is not over, or was cancelled: who requested it and when, its state',
    table: ACCOUNTS,
    ends: 'when it is over; 7 days after it was cancelled',
    erasure: ENDS_WITH_ERASURE,
    schema: storedErasureSchema,
    fields: {
      erasureId: shown,
      state: shown,
      requestedAt: shown,
      requestedBy: shown,
      identityCheck: shown,
      graceEndsAt: shown,
      balance: shown,
      stoppedBecause: shown,
      resolution: shown,
      balanceOutcome: shown,
      hadCustomer: BOOKKEEPING,
      step: BOOKKEEPING,
      attempt: BOOKKEEPING,
      rounds: BOOKKEEPING,
      position: BOOKKEEPING,
      erased: BOOKKEEPING,
      until: BOOKKEEPING,
      ids: personal('erasable'),
    },
    is: keyed(OWNER, /^erasure#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: ERASURE_PREFIX } }],
    ofPerson: ({ personId }) => [{ partition: personId, sort: { beginsWith: ERASURE_PREFIX } }],
  }),
  storedItem({
    kind: 'running-erasure',
    about: 'which erasure of an account or a person is not over',
    table: ACCOUNTS,
    ends: 'with the erasure',
    erasure: ENDS_WITH_ERASURE,
    schema: z.object({ erasureId: z.string(), isErasing: z.boolean().optional() }),
    fields: { erasureId: BOOKKEEPING, isErasing: BOOKKEEPING },
    is: keyed(OWNER, 'running-erasure'),
    ofAccount: (accountId) => [at(runningErasureKey(accountId))],
    ofPerson: ({ personId }) => [at(runningErasureKey(personId))],
  }),
  storedItem({
    kind: 'erasure-listing',
    about: 'an erasure in the list of those that are not over',
    table: ACCOUNTS,
    ends: 'with the erasure',
    erasure: ENDS_WITH_ERASURE,
    schema: z.object({ ownerId: z.string() }),
    fields: { ownerId: personal('erasable') },
    is: keyed(RUNNING_ERASURES_PARTITION, /^era_/),
    ofAccount: () => [{ partition: RUNNING_ERASURES_PARTITION }],
    ofPerson: () => [{ partition: RUNNING_ERASURES_PARTITION }],
    belongs: (item, owner) => item['ownerId'] === owner,
  }),
  storedItem({
    kind: 'legal-hold',
    about: 'that the data of an account or a person must be kept for now',
    table: ACCOUNTS,
    ends: 'when an operator lifts it',
    erasure: DELETED,
    schema: legalHoldSchema,
    fields: { placedAt: personal('erasable') },
    is: keyed(OWNER, 'legal-hold'),
    ofAccount: (accountId) => [at(legalHoldKey(accountId))],
    ofPerson: ({ personId }) => [at(legalHoldKey(personId))],
  }),
  storedItem({
    kind: 'certificate',
    about: 'the certificate of an erasure, which names neither the account nor the person',
    table: ACCOUNTS,
    ends: '365 days after the erasure',
    erasure: OF_NO_ACCOUNT,
    schema: storedCertificateSchema,
    fields: { certificate: ofNobody(), signature: ofNobody() },
    is: keyed(/^certificate#era_/, 'certificate'),
    notFound: 'It names nobody: only its number leads to it.',
  }),
  storedItem({
    kind: 'erased-subject',
    about: 'that a user of the user pool was erased, by a hash of the user’s ID',
    table: ACCOUNTS,
    ends: '2 days after the user was deleted, when no token is valid any more',
    erasure: expires(2, 'It has a hash of an ID that does not exist any more.'),
    schema: z.object({}),
    fields: {},
    is: keyed(/^erased-subject#/, 'mark'),
    notFound: 'It has a hash of an ID that does not exist any more.',
  }),
];
