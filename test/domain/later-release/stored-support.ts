import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { NO_NOTIFY } from '../../../lambdas/domain/notifications/outbox/outbox';
import { Support } from '../../../lambdas/domain/support/support';
import type { TableStore } from '../../../lambdas/domain/table/table-store';

const PERSON = 'per_01JD0000000000000000000001';

/** Stores a thread with a survey, and returns the readers of it and of its messages. */
export async function supportReaders({ engine, clock }: { readonly engine: TableStore; readonly clock: () => number }) {
  const on = (store: TableStore) =>
    new Support({ store, clock, audit: new AuditLog({ store, clock }), notify: NO_NOTIFY });
  const actor = { kind: 'self', personId: PERSON } as const;
  const { threadId } = await on(engine).open(PERSON, { subject: 'A question', text: 'Why?' }, actor);
  await on(engine).close({ personId: PERSON, threadId, actor });
  await on(engine).rate({ personId: PERSON, threadId, actor }, { score: 5 });
  return {
    'the threads of a person': {
      engine,
      decoders: ['decodeThread'],
      read: (store: TableStore) => on(store).page(PERSON, { limit: 100 }),
    },
    'the messages of a thread': {
      engine,
      decoders: ['decodeSupportMessage'],
      read: (store: TableStore) => on(store).messages(PERSON, threadId, { limit: 100 }),
    },
  };
}
