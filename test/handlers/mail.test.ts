import type { DynamoDBRecord } from 'aws-lambda';
import { runRules } from '../../dev/local/gateway/run-rules';
import { runPipelines } from '../../lambdas/adapters/stream/stream-pipeline';
import { OUTBOX } from '../../lambdas/contracts/storage/tables';
import type { Log } from '../../lambdas/domain/log';
import { keyCreated, welcome } from '../../lambdas/domain/notifications/outbox/messages';
import { deliver } from '../../lambdas/handlers/notifications/deliver';
import { mailReports } from '../../lambdas/handlers/notifications/mail-reports';
import { sweepMail } from '../../lambdas/handlers/notifications/sweep-mail';
import { MailStage } from '../domain/notifications/mail-stage';

let stage: MailStage;
let records: DynamoDBRecord[];
let lines: string[];
const log: Log = { info: add, warn: add, error: add };
function add(code: string, fields = {}): void {
  lines.push(JSON.stringify([code, fields]));
}

beforeEach(() => {
  stage = new MailStage();
  records = [];
  lines = [];
  stage.engine.onChange((changes) => void records.push(...changes), [OUTBOX]);
});

describe.each([
  ['the package of the functions', runPipelines],
  ['the local runner', runRules],
])('the outbox’s stream with %s', (_what, runner) => {
  /** Delivers every change of the table so far, as the stream does. */
  async function stream(): Promise<void> {
    await new Promise(setImmediate);
    const handler = deliver({ delivery: stage.delivery(), runRules: runner, log });
    expect(await handler({ Records: records.splice(0) })).toEqual({ batchItemFailures: [] });
  }

  test('a new message is mailed from its stream record, once for each of its people', async () => {
    const { accountId } = await stage.accounts.account();
    await stage.notify(keyCreated({ accountId, keyId: '01JD0000000000000000000001', at: '2026-11-20T10:00:00.000Z' }));
    await stream();
    expect(stage.sent).toHaveLength(0);
    await stream();
    expect(stage.sent).toHaveLength(1);
    await stream();
    expect([stage.sent.length, lines, stage.logged]).toEqual([1, [], []]);
  });

  test('a message that cannot be delivered fails no batch, and the messages after it are delivered', async () => {
    const broken = welcome(await stage.accounts.person());
    await stage.notify(broken);
    await stage.notify(welcome(await stage.accounts.person()));
    await stage.breakMessage(broken);
    await stream();
    expect(stage.sent).toHaveLength(1);
    expect(stage.logged).toEqual(['["MAIL_NOT_DELIVERED",{"cause":"ZodError"}]']);
  });
});

test('the sweep reports overdue mails, and fails if a message could not be delivered', async () => {
  const broken = welcome(await stage.accounts.person());
  await stage.notify(broken);
  await stage.breakMessage(broken);
  stage.pass(3_600_000);
  const sweep = sweepMail({ delivery: stage.delivery(), log });
  await expect(sweep()).rejects.toThrow('1 messages could not be delivered');
  expect(lines).toEqual(['["MAIL_OVERDUE",{"count":1}]']);
});

test('a report of SES suppresses the address by its hash, and one that names no mail of ours is ignored', async () => {
  const addressHash = stage.suppressions.hashOf('someone@example.test');
  const reports = { take: (report: Parameters<MailStage['report']>[0]) => stage.report(report) };
  const handler = mailReports({ reports, log });
  await handler({ outcome: 'bounced', messageId: `msg_${'0'.repeat(40)}`, addressHash });
  expect(await stage.suppressions.of(addressHash)).toBe('bounce');
  for (const odd of [{}, { outcome: 'sent', messageId: 'x', addressHash }, 'text', null]) await handler(odd);
  expect(lines).toEqual(Array.from({ length: 4 }, () => '["MAIL_REPORT_UNKNOWN",{}]'));
});
