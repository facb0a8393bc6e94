import { AUDIT_RETENTION_DAYS } from '../../../lambdas/contracts/storage/audit-event';
import { auditHeadKey } from '../../../lambdas/contracts/storage/table-keys/accounts';
import { auditEventKey } from '../../../lambdas/contracts/storage/table-keys/audit';
import { ACCOUNTS, AUDIT } from '../../../lambdas/contracts/storage/tables';
import type { AuditReport } from '../../../lambdas/domain/audit/verify-audit';
import { verifyAudit } from '../../../lambdas/domain/audit/verify-audit';
import type { Key } from '../../../lambdas/domain/table/value';
import { AccountStage } from '../accounts/account-stage';

const MINUTE_MS = 60_000;

/** An account with four events, and its chain read in parts of the given size. */
async function recorded() {
  const stage = new AccountStage();
  const { accountId, owner } = await stage.recordedAccount(MINUTE_MS);
  const verify = (eventsMax: number, after?: Key): Promise<AuditReport> =>
    verifyAudit({ store: stage.engine, clock: stage.clock, chain: accountId }, { eventsMax, after });
  const inParts = async (eventsMax: number): Promise<AuditReport> => {
    const parts = [await verify(eventsMax)];
    for (let next = parts[0]?.next; next; next = parts.at(-1)?.next) parts.push(await verify(eventsMax, next));
    expect(parts.every(({ events }) => events <= eventsMax)).toBe(true);
    return {
      events: parts.reduce((sum, { events }) => sum + events, 0),
      faults: parts.flatMap(({ faults }) => faults),
    };
  };
  const remove = (...sequences: number[]) =>
    Promise.all(
      sequences.map((sequence) => stage.engine.write({ table: AUDIT, delete: auditEventKey(accountId, sequence) })),
    );
  const put = async (from: number, to: number, otherwise: object = {}): Promise<void> => {
    const item = await stage.engine.get({ table: AUDIT, key: auditEventKey(accountId, from) });
    await stage.engine.write({ table: AUDIT, put: { ...item, ...auditEventKey(accountId, to), ...otherwise } });
  };
  return { stage, accountId, owner, verify, inParts, remove, put };
}
type Recorded = Awaited<ReturnType<typeof recorded>>;

const edits: readonly (readonly [what: string, edit: (chain: Recorded) => Promise<unknown>])[] = [
  ['as it was written', () => Promise.resolve()],
  ...[1, 2, 3, 4].flatMap((sequence): (readonly [string, (chain: Recorded) => Promise<unknown>])[] => [
    [`without event ${sequence}`, ({ remove }) => remove(sequence)],
    [`with event ${sequence} changed`, ({ put }) => put(sequence, sequence, { note: 'never mind' })],
  ]),
  ['without events 2 and 3', ({ remove }) => remove(2, 3)],
  ['without any', ({ remove }) => remove(1, 2, 3, 4)],
  ['with an event put in behind its end', ({ put }) => put(4, 5)],
  ['with an event in another’s place', ({ put }) => put(2, 3)],
  [
    'without its end',
    ({ stage, accountId }) => stage.engine.write({ table: ACCOUNTS, delete: auditHeadKey(accountId) }),
  ],
];

test.each(edits)('a chain %s has the same faults in parts as at once', async (_what, edit) => {
  const chain = await recorded();
  await edit(chain);
  const whole = await chain.stage.verify(chain.accountId);
  for (const eventsMax of [1, 2, 3, 4, 5]) expect(await chain.inParts(eventsMax)).toEqual(whole);
});

test('events added between two parts are verified without a fault', async () => {
  const { stage, accountId, owner: actor, verify } = await recorded();
  const { next } = await verify(4);
  await stage.accounts.rename({ accountId, name: 'four', actor });
  expect(await verify(4, next)).toEqual({ events: 1, faults: [] });
});

test('events that expire between two parts are not a fault', async () => {
  const { stage, verify } = await recorded();
  const { next } = await verify(2);
  stage.now += AUDIT_RETENTION_DAYS * 86_400_000 - MINUTE_MS;
  expect(await verify(2, next)).toEqual({ events: 1, faults: [] });
});

test('events removed between two parts are reported missing', async () => {
  const { verify, remove } = await recorded();
  const { next } = await verify(2);
  await remove(2);
  expect((await verify(2, next)).faults).toEqual([{ kind: 'missing', sequence: 2 }]);
});
