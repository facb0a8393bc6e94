import { z } from 'zod';
import { trustSchema } from '../../contracts/http/federation';
import { DELETED, expires, OF_THE_ACCOUNT } from '../../contracts/storage/erasure-rule';
import { BOOKKEEPING, IN_ACCOUNT, keyed, namedIn, personal, storedItem } from '../../contracts/storage/stored-item';
import { DELETED_TRUST_PREFIX, TRUST_PREFIX } from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { decodeRules } from '../keys/key-item';

const shown = personal('exported', 'erasable');

/** The items about trusts in issuers' tokens. */
export const FEDERATION_ITEMS = [
  storedItem({
    kind: 'trust',
    about: 'an issuer whose tokens an account accepts, and the subject that they must have',
    table: ACCOUNTS,
    ends: 'with the trust',
    erasure: { account: DELETED, person: OF_THE_ACCOUNT },
    schema: trustSchema.extend({
      keySeconds: z.coerce.number(),
      rules: z.string().transform(decodeRules).optional(),
    }),
    fields: {
      trustId: shown,
      name: shown,
      issuer: shown,
      audience: shown,
      subject: shown,
      claims: shown,
      singleUse: shown,
      keySeconds: shown,
      rules: shown,
      createdAt: shown,
      createdBy: shown,
      payer: shown,
    },
    is: keyed(IN_ACCOUNT, /^trust#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: TRUST_PREFIX } }],
    ofPerson: ({ accountIds }) => accountIds.map((partition) => ({ partition, sort: { beginsWith: TRUST_PREFIX } })),
    belongs: namedIn('createdBy', 'payer'),
  }),
  storedItem({
    kind: 'deleted-trust',
    about: 'the ID of a trust that was deleted',
    table: ACCOUNTS,
    ends: 'with the account',
    erasure: DELETED,
    schema: z.object({ trustId: z.string() }),
    fields: { trustId: BOOKKEEPING },
    is: keyed(IN_ACCOUNT, /^deleted-trust#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: DELETED_TRUST_PREFIX } }],
  }),
  storedItem({
    kind: 'exchanged-token',
    about: 'that a token was exchanged, by the hash of its issuer and ID',
    table: ACCOUNTS,
    ends: 'when the token expires, at most an hour and five minutes',
    erasure: expires(1, 'It is a hash alone, and is gone within the hour and five minutes.'),
    schema: z.object({}),
    fields: {},
    is: keyed(/^exchanged#/, 'token'),
    notFound: 'It is a hash alone, and is gone within the hour.',
  }),
];
