import type { DynamoDBRecord } from 'aws-lambda';
import { runRules } from '../../dev/local/gateway/run-rules';
import { runPipelines } from '../../lambdas/adapters/stream/stream-pipeline';
import { OUTBOX } from '../../lambdas/contracts/storage/tables';
import { deliverWebhooks } from '../../lambdas/handlers/notifications/deliver-webhooks';
import { sweepOfWebhooks } from '../../lambdas/handlers/notifications/sweep-webhooks';
import { ACCEPTED, WebhookStage } from '../domain/notifications/webhooks/webhook-stage';

const lines: string[] = [];
const add = (code: string, fields = {}): void => void lines.push(JSON.stringify([code, fields]));
const log = { info: add, warn: add, error: add };

beforeEach(() => {
  lines.length = 0;
});

describe.each([
  ['the package of the functions', runPipelines],
  ['the local runner', runRules],
])('the outbox’s stream with %s', (_what, runner) => {
  const open = async () => {
    const stage = await WebhookStage.open();
    const records: DynamoDBRecord[] = [];
    stage.engine.onChange((changes) => void records.push(...changes), [OUTBOX]);
    const stream = async (batches: number): Promise<void> => {
      for (let batch = 0; batch < batches; batch += 1) {
        await new Promise(setImmediate);
        const handler = deliverWebhooks({ delivery: stage.delivery(), runRules: runner, log });
        expect(await handler({ Records: records.splice(0) })).toEqual({ batchItemFailures: [] });
      }
    };
    return { stage, stream };
  };

  test('a new event is addressed and sent from its stream records, and a delivery by hand as well', async () => {
    const { stage, stream } = await open();
    const { webhookId } = await stage.create();
    await stage.happen();
    await stream(3);
    expect(stage.posted).toHaveLength(1);
    await stage.deliveries.test({ accountId: stage.accountId, webhookId, actor: stage.owner });
    await stream(2);
    expect([stage.posted.length, lines, stage.logged]).toEqual([2, [], []]);
  });

  test('a webhook that fails holds up the stream once, and still gets its tests at once', async () => {
    const { stage, stream } = await open();
    const { webhookId } = await stage.create();
    stage.answer = { outcome: 'timed_out' };
    for (let events = 0; events < 3; events += 1) {
      await stage.happen();
      await stream(3);
    }
    expect(stage.posted).toHaveLength(1);
    await stage.deliveries.test({ accountId: stage.accountId, webhookId, actor: stage.owner });
    await stream(2);
    expect(stage.posted).toHaveLength(2);
    stage.answer = ACCEPTED;
    await stage.sweep();
    expect(stage.posted).toHaveLength(4);
    await stage.happen();
    await stream(3);
    expect(stage.posted).toHaveLength(5);
  });
});

test('the webhook sweep reports what is overdue, and fails if something could not be processed', async () => {
  const sweep = sweepOfWebhooks({ sweep: async () => ({ overdue: 2, failed: 1 }), log });
  await expect(sweep()).rejects.toThrow('1 events or deliveries could not be processed');
  expect(lines).toEqual(['["WEBHOOKS_OVERDUE",{"count":2}]']);
});
