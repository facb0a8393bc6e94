import { z } from 'zod';
import { DELETED, OF_NO_ACCOUNT } from '../../contracts/storage/erasure-rule';
import { keyed, OF_PERSON, ofNobody, personal, storedItem } from '../../contracts/storage/stored-item';
import {
  ACCEPTANCE_PREFIX,
  POLICIES_PARTITION,
  POLICY_NOTICE_PREFIX,
} from '../../contracts/storage/table-keys/policies';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { acceptanceSchema, storedPolicySchema } from './policy-item';

/** The items about policies. */
export const POLICY_ITEMS = [
  storedItem({
    kind: 'policy',
    about:
      'a version of the terms, of the privacy policy or of the notice of a transfer: the address of its text, its times',
    table: ACCOUNTS,
    ends: 'never',
    erasure: OF_NO_ACCOUNT,
    schema: storedPolicySchema,
    fields: {
      policy: ofNobody(),
      version: ofNobody(),
      url: ofNobody(),
      effectiveAt: ofNobody(),
      publishedAt: ofNobody(),
      announcedAt: ofNobody(),
    },
    is: keyed(POLICIES_PARTITION, /#/),
    notFound: 'It belongs to no account.',
  }),
  storedItem({
    kind: 'policy-acceptance',
    about: 'when a person accepted a version of a policy',
    table: ACCOUNTS,
    ends: 'with the person',
    erasure: DELETED,
    schema: acceptanceSchema,
    fields: { acceptedAt: personal('exported', 'erasable') },
    is: keyed(OF_PERSON, /^accepted-policy#/),
    ofPerson: ({ personId }) => [{ partition: personId, sort: { beginsWith: ACCEPTANCE_PREFIX } }],
  }),
  storedItem({
    kind: 'policy-notice',
    about: 'when a person was told about a version of a policy',
    table: ACCOUNTS,
    ends: 'with the person',
    erasure: DELETED,
    schema: z.object({ at: z.string() }),
    fields: { at: personal('exported', 'erasable') },
    is: keyed(OF_PERSON, /^policy-notice#/),
    ofPerson: ({ personId }) => [{ partition: personId, sort: { beginsWith: POLICY_NOTICE_PREFIX } }],
  }),
];
