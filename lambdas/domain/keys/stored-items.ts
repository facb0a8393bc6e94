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
  spendingRulesKey,
} from '../../contracts/storage/table-keys/keys';
import { SHARDS } from '../../contracts/storage/table-keys/key-parts';
import { KEYS } from '../../contracts/storage/tables';
import { keyItemSchema, listingSchema } from './key-item';
import type { Item } from '../table/value';
import { decodeSpendingRules, spendingRulesItemSchema } from './spending/spending-rules-item';

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

/** The counters of keys, of trusts, and of the budgets that keys share, with the parts of the account's. */
const IN_COUNTERS: readonly Through[] = [
  ...byCounter((counterId) => [{ partition: countersPartition(counterId) }]),
  {
    kind: 'spending-rules',
    places: (item) => {
      const { budgets, retired } = decodeSpendingRules(item as Item);
      const known = budgets === 'unknown' ? [] : budgets.map(({ budgetId }) => budgetId);
      return [...known, ...retired].flatMap((budgetId) =>
        [budgetId, ...SHARDS.map((part) => `${budgetId}#${part}`)].map((id) => ({ partition: countersPartition(id) })),
      );
    },
  },
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
      payer: shown,
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
    belongs: namedIn('createdBy', 'payer'),
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
      payer: hidden,
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
    kind: 'spending-rules',
    about: 'the rules about what an account’s requests cost together, and the key of the hashes of its end users',
    table: KEYS,
    ends: 'with the account',
    erasure: DELETED,
    schema: spendingRulesItemSchema,
    fields: { version: BOOKKEEPING, endUserKey: hidden, budgets: corrected, retired: BOOKKEEPING },
    is: keyed(/^spending#acc_\w{26}$/, 'rules'),
    ofAccount: (accountId) => [at(spendingRulesKey(accountId))],
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
    about: 'how much of a limit or a budget is used, or how often an account did something in a minute',
    table: KEYS,
    ends: 'with the key or the account; that of a minute after ten minutes',
    erasure: DELETED,
    schema: z.object({
      countedPico: z.bigint().optional(),
      cutUntil: z.bigint().optional(),
      requests: whole.optional(),
      tokens: whole.optional(),
      running: whole.optional(),
      counted: whole.optional(),
      heldPico: z.bigint().optional(),
      leftPico: z.bigint().optional(),
      limitPico: z.bigint().optional(),
      hasParts: z.boolean().optional(),
    }),
    fields: {
      countedPico: usage('erasable'),
      cutUntil: BOOKKEEPING,
      requests: usage('erasable'),
      tokens: usage('erasable'),
      running: usage('erasable'),
      counted: usage('erasable'),
      heldPico: usage('erasable'),
      leftPico: usage('erasable'),
      limitPico: usage('erasable'),
      hasParts: BOOKKEEPING,
    },
    is: keyed(/^counters#/, /^(budget#|minute#|waits#|running$)/),
    ofAccount: (accountId) => [{ partition: countersPartition(accountId) }],
    through: IN_COUNTERS,
  }),
  storedItem({
    kind: 'budget-notice',
    about: 'how much of a budget people were told that is used',
    table: KEYS,
    ends: 'with the key or the account',
    erasure: DELETED,
    schema: z.object({ percent: z.bigint() }),
    fields: { percent: BOOKKEEPING },
    is: keyed(/^counters#/, /^told#/),
    through: IN_COUNTERS,
  }),
];
