import { AUDIT_RETENTION_DAYS } from '../../../lambdas/contracts/storage/audit-event';
import { auditEventKey } from '../../../lambdas/contracts/storage/table-keys/audit';
import { AUDIT } from '../../../lambdas/contracts/storage/tables';
import { hashOf } from '../../../lambdas/domain/audit/audit-item';
import { exportAudit } from '../../../lambdas/domain/audit/export-audit';
import { verifyAuditFile } from '../../../lambdas/domain/audit/verify-audit-file';
import type { AuditEvent } from '../../../lambdas/contracts/storage/audit-event';
import { AccountStage } from '../accounts/account-stage';

const DAY_MS = 86_400_000;

/** An account with four events, a day apart. */
async function recorded() {
  const stage = new AccountStage();
  return { stage, ...(await stage.recordedAccount(DAY_MS)) };
}

async function linesOf({ engine: store, clock }: AccountStage, chain: string): Promise<string[]> {
  return (await exportAudit({ store, clock, chain })).map((line) => JSON.stringify(line));
}

const verified = (lines: readonly string[]) => verifyAuditFile(lines.join('\n'));
const changed = (line: string | undefined, change: object): string =>
  JSON.stringify({ ...(JSON.parse(line ?? '') as object), ...change });

describe('an export', () => {
  test('one export verifies, and so do several in one file', async () => {
    const { stage, accountId } = await recorded();
    const lines = await linesOf(stage, accountId);
    expect(lines).toHaveLength(5);
    expect(verified(lines)).toEqual({ chains: 1, events: 4, faults: [] });
    await stage.operator();
    const deployment = await linesOf(stage, 'deployment');
    expect(verified([...lines, '', ...deployment])).toEqual({ chains: 2, events: 5, faults: [] });
  });

  test('an export of an empty chain verifies', async () => {
    const { stage } = await recorded();
    expect(verified(await linesOf(stage, 'deployment'))).toEqual({ chains: 1, events: 0, faults: [] });
  });

  test('an export verifies when events have expired, however many and whenever it is read', async () => {
    const { stage, accountId } = await recorded();
    stage.now += (AUDIT_RETENTION_DAYS - 2) * DAY_MS;
    const some = await linesOf(stage, accountId);
    expect(verified(some)).toEqual({ chains: 1, events: 2, faults: [] });
    stage.now += 30 * DAY_MS;
    expect(verified(some).faults).toEqual([]);
    expect(verified(await linesOf(stage, accountId))).toEqual({ chains: 1, events: 0, faults: [] });
  });

  test('an export that lost an event before its expiry does not verify', async () => {
    const { stage, accountId } = await recorded();
    await stage.engine.write({ table: AUDIT, delete: auditEventKey(accountId, 1) });
    expect(verified(await linesOf(stage, accountId)).faults).toEqual([
      `line 2: event 1 of ${accountId}: it is missing`,
    ]);
  });

  test('promise-07 a tampered export is reported with the line and the event', async () => {
    const { stage, accountId } = await recorded();
    const [header = '', first = '', second = '', third = '', fourth = ''] = await linesOf(stage, accountId);
    const event = JSON.parse(second) as AuditEvent;
    const forged = { ...event, actor: 'per_01JD0000000000000000000000' };
    const cases: readonly (readonly [string, readonly string[], string])[] = [
      ['changed', [header, first, changed(second, { actor: forged.actor }), third, fourth], 'line 3: event 2'],
      ['with a number that has two forms', [header, first, changed(second, { after: { x: 0.5 } })], 'line 3: event 2'],
      [
        'with a hash that fits',
        [header, first, changed(second, { ...forged, hash: hashOf(forged) }), third, fourth],
        'line 4: event 3',
      ],
      ['taken out', [header, first, third, fourth], 'line 3: event 2'],
      ['cut at its end', [header, first, second], 'line 1: event 3'],
      ['cut to nothing', [header], 'line 1: event 4'],
      ['out of order', [header, second, first, third, fourth], 'line 3: event 1'],
      ['twice', [header, first, second, second, third, fourth], 'line 4: event 2'],
      ['of another chain', [header, first, second, changed(third, { chain: 'deployment' }), fourth], 'line 4: event 3'],
      ['no event', [header, first, '{"sequence":2}', second, third, fourth], 'line 3: not an audit event'],
      ['no JSON', [header, first, '{', second, third, fourth], 'line 3: not an audit event'],
      ['begun twice', [header, first, second, header, third, fourth], 'line 4: '],
      ['empty', [], 'The file is empty.'],
    ];
    for (const [what, lines, found] of cases) {
      const { faults } = verified(lines);
      expect([what, faults.filter((fault) => fault.startsWith(found)).length]).not.toEqual([what, 0]);
    }
  });
});

describe('archived events', () => {
  test('archived events verify without a first line, wherever they begin and end', async () => {
    const { stage, accountId } = await recorded();
    const [, ...events] = await linesOf(stage, accountId);
    expect(verified(events)).toEqual({ chains: 1, events: 4, faults: [] });
    expect(verified(events.slice(1, 3))).toEqual({ chains: 1, events: 2, faults: [] });
  });

  test('a gap in archived events is a fault', async () => {
    const { stage, accountId } = await recorded();
    const [, first = '', , , fourth = ''] = await linesOf(stage, accountId);
    expect(verified([first, fourth]).faults).toContain(`line 2: event 2 of ${accountId}: it is missing`);
  });

  test('archived events verify even if this release does not know their fields', async () => {
    const { stage, accountId } = await recorded();
    const [, first = ''] = await linesOf(stage, accountId);
    const { hash: _hash, ...event } = JSON.parse(first) as AuditEvent;
    const later = { ...event, version: 2, action: 'account.merge', into: { accountId } } as unknown as AuditEvent;
    expect(verified([JSON.stringify({ ...later, hash: hashOf(later) })]).faults).toEqual([]);
  });
});
