import { WEBHOOKS_ENV } from '../../lambdas/contracts/deployment/environment';
import { HOUR_MS } from '../../lambdas/domain/clock';
import { REFUSED, WebhookStage } from '../domain/notifications/webhooks/webhook-stage';
import { allowedBy, received } from './allowed-by';
import { CallRecorder } from './call-recorder';
import { at, ofType, propertiesOf, type Synthesis, synthesize } from './synthesis';

const FUNCTIONS = ['WebhooksDeliver', 'WebhooksSweep'] as const;
/** Sends mail, and does not. */
const DEPLOYMENTS = ['identity', 'default'] as const;

const functionOf = (synthesis: Synthesis, prefix: string) =>
  ofType(synthesis, 'AWS::Lambda::Function').find(([id]) => id.startsWith(prefix));

/** Delivers events, also to a webhook that fails until it is disabled. */
async function callsOfDelivery(): Promise<string[]> {
  const stage = await WebhookStage.open();
  const calls = new CallRecorder(stage.store);
  await stage.create();
  await stage.happen();
  await stage.sweep(stage.delivery({ store: calls }));
  stage.answer = REFUSED;
  await stage.happen();
  for (let hours = 0; hours < 80; hours += 1) {
    await stage.sweep(stage.delivery({ store: calls }));
    stage.pass(HOUR_MS);
  }
  return calls.take();
}

test('the functions that send events to webhooks have exactly the table permissions that they use', async () => {
  const stage = await WebhookStage.open();
  const calls = new CallRecorder(stage.store);
  await stage.sweep(stage.delivery({ store: calls }));
  const queries = ['outbox Query event#*', 'outbox Query webhook#*'];
  // A lost reply makes the audit log look for the event of the action.
  const used = [...new Set([...(await callsOfDelivery()), ...queries, 'audit GetItem acc_*'])].sort();
  expect(used).toEqual(allowedBy('WebhooksSweepPolicy'));
  expect([...used, ...received('outbox')].sort()).toEqual(allowedBy('WebhooksDeliverPolicy'));
});

test.each(DEPLOYMENTS)('the deployment %s sends events to webhooks, whether or not it sends mail', (name) => {
  const synthesis = synthesize(name);
  for (const prefix of FUNCTIONS) {
    const variables = at(functionOf(synthesis, prefix), 1, 'Properties', 'Environment', 'Variables');
    expect(Object.keys(variables as object).sort()).toEqual([...WEBHOOKS_ENV].sort());
  }
});

test('new events and deliveries invoke the function, and no other change of the outbox', () => {
  const synthesis = synthesize('default');
  const [mapping, ...others] = propertiesOf(synthesis, 'AWS::Lambda::EventSourceMapping').filter((properties) =>
    JSON.stringify(properties['EventSourceArn']).includes('OutboxTable'),
  );
  expect(others).toEqual([]);
  expect(at(mapping, 'FunctionName', 'Fn::GetAtt', 0)).toBe(functionOf(synthesis, 'WebhooksDeliver')?.[0]);
  const [filter] = at(mapping, 'FilterCriteria', 'Filters') as readonly { readonly Pattern: string }[];
  expect(JSON.parse(filter?.Pattern ?? '')).toEqual({
    eventName: ['INSERT'],
    dynamodb: { Keys: { pk: { S: [{ prefix: 'event#' }, { prefix: 'webhook#' }] } } },
  });
});

test('a batch of changes that was given up is reported by its position in the stream, without its data', () => {
  const [mapping] = propertiesOf(synthesize('default'), 'AWS::Lambda::EventSourceMapping').filter((properties) =>
    JSON.stringify(properties['EventSourceArn']).includes('OutboxTable'),
  );
  expect(JSON.stringify(at(mapping, 'DestinationConfig', 'OnFailure', 'Destination'))).toContain('Alarms');
});

test('late webhooks and a failing sweep raise alarms that the runbook explains', () => {
  const alarms = propertiesOf(synthesize('default'), 'AWS::CloudWatch::Alarm').map(
    ({ AlarmDescription }) => AlarmDescription,
  );
  for (const name of ['webhooks-overdue', 'webhook-sweep-errors', 'webhook-sweep-not-running'])
    expect(alarms).toContainEqual(expect.stringContaining(`docs/runbook.md#${name}`));
});

test('no function but those of webhooks may read the log of deliveries, apart from the management API', () => {
  const readers = ofType(synthesize('documented'), 'AWS::IAM::ManagedPolicy')
    .filter(([, policy]) => JSON.stringify(policy).includes('deliveries#*'))
    .map(([id]) => /^(WebhooksDeliver|WebhooksSweep|ControlPlaneManagement)/.exec(id)?.[1]);
  expect(readers.sort()).toEqual(['ControlPlaneManagement', 'WebhooksDeliver', 'WebhooksSweep']);
});
