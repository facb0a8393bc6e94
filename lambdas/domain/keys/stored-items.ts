import { z } from 'zod';
import {
  at,
  BOOKKEEPING,
  IN_ACCOUNT,
  keyed,
  namedIn,
  personal,
  secret,
  storedItem,
  usage,
} from '../../contracts/storage/stored-item';
import { KEY_LISTING_PREFIX, spendingRulesKey } from '../../contracts/storage/table-keys/keys';
import { KEYS } from '../../contracts/storage/tables';
import { keyItemSchema, listingSchema } from './key-item';
import { spendingRulesItemSchema } from './spending/spending-rules-item';

const whole = z.coerce.number();
const shown = personal('exported', 'erasable');
const corrected = personal('exported', 'erasable', 'correctable');
const hidden = secret('erasable');
const BY_KEY = 'It is found through the list of the account’s keys.';
const BY_KEY_OR_BUDGET = 'It is found through the list of the account’s keys, or through its spending rules.';
const KEY_ID = /^0\w{25}$/;

/** The items about keys. The list of an account's keys leads to the items of each key. */
export const KEY_ITEMS = [
  storedItem({
    kind: 'key',
    about: 'an API key in the list of its account: label, rules, last four characters',
    table: KEYS,
    ends: 'with the account; a key from a token exchange a day after it expires',
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
    notFound: BY_KEY,
  }),
  storedItem({
    kind: 'spending-rules',
    about: 'the rules about what an account’s requests cost together, and the key of the hashes of its end users',
    table: KEYS,
    ends: 'with the account',
    schema: spendingRulesItemSchema,
    fields: { version: BOOKKEEPING, endUserKey: hidden, budgets: corrected },
    is: keyed(/^spending#acc_\w{26}$/, 'rules'),
    ofAccount: (accountId) => [at(spendingRulesKey(accountId))],
  }),
  storedItem({
    kind: 'key-resumption',
    about: 'that a person resumed a suspended key',
    table: KEYS,
    ends: 'after a day',
    schema: z.object({}),
    fields: {},
    is: keyed(/^(0\w{25}|tru_\w{26})$/, 'resumed'),
    notFound: BY_KEY,
  }),
  storedItem({
    kind: 'key-counter',
    about: 'how much of a limit or a budget is used, or how often an account did something in a minute',
    table: KEYS,
    ends: 'with the key or the account; that of a minute after ten minutes',
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
    notFound: BY_KEY_OR_BUDGET,
  }),
  storedItem({
    kind: 'budget-notice',
    about: 'how much of a budget people were told that is used',
    table: KEYS,
    ends: 'with the key or the account',
    schema: z.object({ percent: z.bigint() }),
    fields: { percent: BOOKKEEPING },
    is: keyed(/^counters#/, /^told#/),
    notFound: BY_KEY_OR_BUDGET,
  }),
];
