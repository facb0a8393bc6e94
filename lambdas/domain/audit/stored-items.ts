import { auditEventSchema } from '../../contracts/storage/audit-event';
import { kept } from '../../contracts/storage/erasure-rule';
import { audit, keyed, namedIn, storedItem } from '../../contracts/storage/stored-item';
import { AUDIT } from '../../contracts/storage/tables';
import type { Item } from '../table/value';
import { decodeEvent } from './audit-item';

const shown = audit('exported');

/** The items about administrative actions. */
export const AUDIT_ITEMS = [
  storedItem({
    kind: 'audit-event',
    about: 'an administrative action: time, actor, target, state before and after; pseudonyms only',
    table: AUDIT,
    // No principal can delete an event, so erasure waits for it.
    ends: 'after 90 days',
    erasure: kept(
      'No principal can delete an event, so that nobody can hide an action. It names people and accounts by pseudonyms, and is gone after 90 days.',
    ),
    schema: auditEventSchema,
    decode: (item) => decodeEvent(item as Item),
    fields: {
      version: shown,
      chain: shown,
      sequence: shown,
      at: shown,
      actor: shown,
      address: shown,
      action: shown,
      target: shown,
      before: shown,
      after: shown,
      previous: shown,
      previousAt: shown,
      hash: shown,
    },
    is: keyed(/^(acc_\w{26}|deployment)$/, /^\d{12}$/),
    ofAccount: (accountId) => [{ partition: accountId }],
    ofPerson: ({ accountIds }) => accountIds.map((partition) => ({ partition })),
    belongs: namedIn('actor', 'target'),
  }),
];
