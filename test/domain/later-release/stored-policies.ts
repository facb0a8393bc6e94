import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Policies } from '../../../lambdas/domain/policies/policies';
import type { TableStore } from '../../../lambdas/domain/table/table-store';

const PERSON = 'per_01JD0000000000000000000001';

/** Stores a policy that a person accepted, and returns their reader. */
export async function policyReaders({ engine, clock }: { readonly engine: TableStore; readonly clock: () => number }) {
  const on = (store: TableStore) => new Policies({ store, clock, audit: new AuditLog({ store, clock }) });
  const version = { policy: 'terms', version: '2026-12-01' } as const;
  const effectiveAt = '2026-12-01T00:00:00.000Z';
  await on(engine).publish(DEPLOYMENT, { ...version, url: 'https://example.com/terms', effectiveAt });
  await on(engine).accept(PERSON, version);
  return {
    'the policies': {
      engine,
      decoders: ['decodePolicy', 'decodeAcceptance'],
      read: (store: TableStore) => on(store).shownTo(PERSON),
    },
  };
}
