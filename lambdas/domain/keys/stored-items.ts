import { z } from 'zod';
import { DELETED, OF_THE_ACCOUNT } from '../../contracts/storage/erasure-rule';
import {
  at,
  BOOKKEEPING,
  IN_ACCOUNT,
  keyed,
  namedIn,
  personal,
  type Place,
  secret,
  storedItem,
  type Through,
  usage,
} from '../../contracts/storage/stored-item';
import {
  apiKeyKey,
  counterIdOfTrust,
  countersPartition,
  KEY_LISTING_PREFIX,
  resumptionKey,
} from '../../contracts/storage/table-keys/keys';
import { KEYS } from '../../contracts/storage/tables';
import { keyItemSchema, listingSchema } from './key-item';

const whole = z.coerce.number();
const shown = personal('exported', 'erasable');
const corrected = personal('exported', 'erasable', 'correctable');
const hidden = secret('erasable');
const KEY_ID = /^0\w{25}$/;

/** Finds items by the IDs under which keys are counted: those of keys, and those of trusts for the keys they issued. */
const byCounter = (places: (counterId: string) => readonly Place[]): readonly Through[] => [
  { kind: 'key', places: ({ keyId }) => places(String(keyId)) },
  ...['trust', 'deleted-trust'].map((kind) => ({
    kind,
    places: ({ trustId }: { readonly [name: string]: unknown }) => places(counterIdOfTrust(String(trustId))),
  })),
];

/** The items about keys. The list of an account's keys leads to the items of each key. */
export const KEY_ITEMS = [
  storedItem({
    kind: 'key',
    about: 'an API key in the list of its account: label, rules, last four characters',
    table: KEYS,
    ends: 'with the account; a key from a token exchange a day after it expires',
    erasure: { account: DELETED, person: OF_THE_ACCOUNT },
    schema: listingSchema,
    fields: {
      keyId: shown,
      lastFour: shown,
      role: shown,
      createdAt: shown,
      label: shown,
      revokedAt: shown,
      validUntil: shown,
      createdBy: shown,
      replaces: shown,
      replacedBy: shown,
      suspendedAt: shown,
      suspensionReason: shown,
      resumedAt: shown,
      rules: corrected,
      version: BOOKKEEPING,
    },
    is: keyed(IN_ACCOUNT, /^key#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: KEY_LISTING_PREFIX } }],
    ofPerson: ({ accountIds }) =>
      accountIds.map((partition) => ({ partition, sort: { beginsWith: KEY_LISTING_PREFIX } })),
    belongs: namedIn('createdBy'),
  }),
  storedItem({
    kind: 'key-verifier',
    about: 'what verifies an API key: a salted, peppered HMAC-SHA-256',
    table: KEYS,
    ends: 'with the key',
    erasure: DELETED,
    schema: keyItemSchema,
    fields: {
      keyId: hidden,
      accountId: hidden,
      salt: hidden,
      verifier: hidden,
      counterId: hidden,
      rules: hidden,
      role: hidden,
      createdAt: hidden,
      validUntil: hidden,
      replacedBy: hidden,
      revokedAt: hidden,
      suspendedAt: hidden,
      suspensionReason: hidden,
      resumedAt: hidden,
    },
    is: keyed(KEY_ID, 'key'),
    through: [{ kind: 'key', places: ({ keyId }) => [at(apiKeyKey(String(keyId)))] }],
  }),
  storedItem({
    kind: 'key-resumption',
    about: 'that a person resumed a suspended key',
    table: KEYS,
    ends: 'after a day',
    erasure: DELETED,
    schema: z.object({}),
    fields: {},
    is: keyed(/^(0\w{25}|tru_\w{26})$/, 'resumed'),
    through: byCounter((counterId) => [at(resumptionKey(counterId))]),
  }),
  storedItem({
    kind: 'key-counter',
    about: 'how much of a limit a key has used, or how often an account did something in a minute',
    table: KEYS,
    ends: 'with the key; that of a minute after ten minutes',
    erasure: DELETED,
    schema: z.object({
      countedPico: z.bigint().optional(),
      cutUntil: z.bigint().optional(),
      requests: whole.optional(),
      tokens: whole.optional(),
      running: whole.optional(),
      counted: whole.optional(),
      heldPico: z.bigint().optional(),
    }),
    fields: {
      countedPico: usage('erasable'),
      cutUntil: BOOKKEEPING,
      requests: usage('erasable'),
      tokens: usage('erasable'),
      running: usage('erasable'),
      counted: usage('erasable'),
      heldPico: usage('erasable'),
    },
    is: keyed(/^counters#/, /^(budget#|minute#|waits#|running$)/),
    ofAccount: (accountId) => [{ partition: countersPartition(accountId) }],
    through: byCounter((counterId) => [{ partition: countersPartition(counterId) }]),
  }),
  storedItem({
    kind: 'budget-notice',
    about: 'how much of a budget people were told that a key has used',
    table: KEYS,
    ends: 'with the key',
    erasure: DELETED,
    schema: z.object({ percent: z.bigint() }),
    fields: { percent: BOOKKEEPING },
    is: keyed(/^counters#/, /^told#/),
    through: byCounter((counterId) => [{ partition: countersPartition(counterId) }]),
  }),
];
