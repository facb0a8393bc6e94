import { z } from 'zod';
import { storedBillingDetailsSchema } from '../../contracts/http/accounts';
import { membershipSchema } from '../../contracts/http/members';
import { DELETED, expires, kept, reduced } from '../../contracts/storage/erasure-rule';
import {
  at,
  audit,
  BOOKKEEPING,
  financial,
  IN_ACCOUNT,
  keyed,
  namedIn,
  OF_PERSON,
  personal,
  secret,
  storedItem,
} from '../../contracts/storage/stored-item';
import {
  accountKey,
  auditHeadKey,
  directoryKey,
  INVITATION_PREFIX,
  MEMBER_PREFIX,
  memberKey,
  MEMBERSHIP_PREFIX,
  membershipKey,
} from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { headSchema } from '../audit/audit-item';
import { accountItemSchema } from './account-item';
import { storedInvitationSchema } from './invitation-item';
import { memberItemSchema } from './member-item';

const shown = personal('exported', 'erasable');
const corrected = personal('exported', 'erasable', 'correctable');
const whole = z.coerce.number();

/** The items about accounts and their members. */
export const ACCOUNT_ITEMS = [
  storedItem({
    kind: 'account',
    about: 'an account: its name, owner, billing details and state',
    table: ACCOUNTS,
    ends: 'with the account',
    erasure: DELETED,
    schema: accountItemSchema
      .omit({ accountId: true })
      .extend({ members: whole.optional(), billing: storedBillingDetailsSchema.optional() }),
    fields: {
      createdAt: shown,
      name: corrected,
      ownerId: shown,
      billing: corrected,
      suspendedAt: shown,
      suspensionReason: shown,
      holds: financial('exported', 'erasable'),
      members: BOOKKEEPING,
      version: BOOKKEEPING,
    },
    is: keyed(IN_ACCOUNT, 'account'),
    ofAccount: (accountId) => [at(accountKey(accountId))],
  }),
  storedItem({
    kind: 'account-listing',
    about: 'the account in the list of all accounts',
    table: ACCOUNTS,
    ends: 'never: erasure leaves the account’s ID',
    erasure: reduced('Commands find the ledger by it. What is left is the account’s pseudonym.', 'createdAt'),
    schema: z.object({ createdAt: z.string() }),
    fields: { createdAt: BOOKKEEPING },
    is: keyed(/^accounts#\d\d$/, IN_ACCOUNT),
    ofAccount: (accountId) => [at(directoryKey(accountId))],
  }),
  storedItem({
    kind: 'member',
    about: 'a member of an account, and their role',
    table: ACCOUNTS,
    ends: 'with the membership',
    erasure: DELETED,
    schema: memberItemSchema,
    fields: { personId: shown, role: shown, joinedAt: shown, version: BOOKKEEPING },
    is: keyed(IN_ACCOUNT, /^member#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: MEMBER_PREFIX } }],
    ofPerson: ({ personId, accountIds }) => accountIds.map((accountId) => at(memberKey(accountId, personId))),
  }),
  storedItem({
    kind: 'membership',
    about: 'an account that a person is a member of',
    table: ACCOUNTS,
    ends: 'with the membership',
    erasure: DELETED,
    schema: membershipSchema,
    fields: { accountId: shown, role: shown, joinedAt: shown },
    is: keyed(OF_PERSON, /^account#/),
    ofAccount: (accountId, memberIds) => memberIds.map((personId) => at(membershipKey(personId, accountId))),
    ofPerson: ({ personId }) => [{ partition: personId, sort: { beginsWith: MEMBERSHIP_PREFIX } }],
    // A person's memberships lead to their members, so they end after these.
    through: [
      {
        kind: 'member',
        of: 'account',
        places: ({ pk, personId }) => [at(membershipKey(String(personId), String(pk)))],
      },
    ],
  }),
  storedItem({
    kind: 'invitation',
    about: 'an open invitation to an account: address, role and inviter',
    table: ACCOUNTS,
    ends: 'when it is accepted or withdrawn, at most 7 days',
    erasure: { account: DELETED, person: expires(7, 'It is the account’s, and names who made it by a pseudonym.') },
    schema: storedInvitationSchema,
    fields: {
      invitationId: shown,
      email: shown,
      role: shown,
      invitedBy: shown,
      createdAt: shown,
      validUntil: shown,
      verifier: secret('erasable'),
    },
    is: keyed(IN_ACCOUNT, /^invitation#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: INVITATION_PREFIX } }],
    ofPerson: ({ accountIds }) =>
      accountIds.map((partition) => ({ partition, sort: { beginsWith: INVITATION_PREFIX } })),
    belongs: namedIn('invitedBy'),
  }),
  storedItem({
    kind: 'count',
    about: 'how many accounts, invitations, keys, purchases or support messages were made in an hour or a day',
    table: ACCOUNTS,
    ends: 'with the hour or the day',
    erasure: DELETED,
    schema: z.object({ made: whole.optional(), cents: z.bigint().optional() }),
    fields: { made: BOOKKEEPING, cents: BOOKKEEPING },
    is: keyed(/^(acc_\w{26}|per_\w{26}|deployment)$/, /^count#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: 'count#' } }],
    ofPerson: ({ personId }) => [{ partition: personId, sort: { beginsWith: 'count#' } }],
  }),
  storedItem({
    kind: 'audit-head',
    about: 'the end of an audit chain',
    table: ACCOUNTS,
    ends: 'never',
    erasure: kept('It shows that no event of the audit log is missing. It is a number, a hash and a time.'),
    schema: headSchema,
    fields: {
      sequence: audit('exported'),
      hash: audit('exported'),
      at: audit('exported'),
    },
    is: keyed(/^(acc_\w{26}|deployment)$/, 'audit-head'),
    ofAccount: (accountId) => [at(auditHeadKey(accountId))],
  }),
];
