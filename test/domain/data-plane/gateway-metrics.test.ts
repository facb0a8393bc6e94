import { StdoutLog } from '../../../lambdas/adapters/stdout-log';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { LOG_FIELDS } from '../../../lambdas/domain/log';
import { completion, delta, DONE, events, fails, usageEvent, whole } from './fake-providers';
import { chat, COST_PICO, GatewayStage, USAGE } from './gateway-stage';

interface Line {
  readonly [field: string]: unknown;
  readonly code: string;
  readonly _aws?: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
}

let stage: GatewayStage;
let lines: string[];
let gateway: Gateway;
beforeEach(async () => {
  stage = await GatewayStage.open();
  lines = [];
  const log = new StdoutLog((line) => void lines.push(line), 'Tollgate/test');
  gateway = new Gateway({ ...stage.dependencies, log });
});
afterEach(() => stage.expectBalanced());

const logged = (): readonly Line[] => lines.map((line) => JSON.parse(line) as Line);
const send = async (...args: Parameters<GatewayStage['client']>): Promise<void> =>
  gateway.handle(stage.client(...args));

/** The metrics that CloudWatch reads from a line, each by its name and dimensions. */
function metricsOf(line: Line): Map<string, unknown> {
  const metrics = new Map<string, unknown>();
  for (const { Dimensions, Metrics } of line._aws?.CloudWatchMetrics ?? []) {
    for (const dimensions of Dimensions) {
      const by = dimensions.map((name) => `${name}=${String(line[name])}`).join(',');
      for (const { Name } of Metrics) metrics.set(`${Name} by ${by}`, line[Name]);
    }
  }
  return metrics;
}

/** Everything that could tell whose request a metric is about. */
const IDENTIFYING = new Set(['accountId', 'keyId', 'requestId']);

test('a served request counts its tokens, times and cost, by provider, model and status alone', async () => {
  stage.providers.play(events(delta('hi'), usageEvent(USAGE), DONE));
  await send(chat({ stream: true }));
  const [line] = logged();
  const route = 'gen_ai.provider.name=first,gen_ai.request.model=';
  const metrics = Object.fromEntries(
    [...metricsOf(line!)].map(([name, value]) => [name.replace(/model=[^,]+/, 'model='), value]),
  );
  expect(metrics).toEqual({
    [`requests by ${route},status=completed`]: 1,
    [`durationMs by ${route}`]: expect.any(Number) as number,
    [`firstByteMs by ${route}`]: expect.any(Number) as number,
    [`gen_ai.usage.input_tokens by ${route}`]: USAGE.prompt_tokens,
    [`gen_ai.usage.output_tokens by ${route}`]: USAGE.completion_tokens,
    [`gen_ai.usage.cache_read.input_tokens by ${route}`]: 0,
    [`gen_ai.usage.cache_creation.input_tokens by ${route}`]: 0,
    [`gen_ai.usage.reasoning.output_tokens by ${route}`]: 0,
    [`costPicoUsd by ${route}`]: Number(COST_PICO),
  });
  expect(line).toMatchObject({
    code: 'REQUEST_SETTLED',
    'gen_ai.operation.name': 'chat',
    'http.response.status_code': 200,
    costPico: String(COST_PICO),
  });
  expect(line).not.toHaveProperty('error.type');
});

test('a request that fails counts as an error by its code, whether a provider or the gateway refuses it', async () => {
  stage.providers.play(fails('unreachable'), fails('timeout'));
  await send(chat());
  await send({ ...chat(), headers: { authorization: 'Bearer tg_unknown' } });
  await send(chat({ model: 'a model that nobody serves' }));
  const errors = logged().map((line) => [
    line.code,
    line['error.type'],
    metricsOf(line).get(`errors by error.type=${String(line['error.type'])}`),
  ]);
  expect(errors).toEqual([
    ['REQUEST_SETTLED', 'provider_error', 1],
    ['REQUEST_REFUSED', 'invalid_api_key', 1],
    ['REQUEST_REFUSED', 'model_not_found', 1],
  ]);
  expect(lines.join()).not.toContain('nobody serves');
});

test('no metric has a dimension that tells for whom a request was, and no line has a field that is not on the list', async () => {
  stage.providers.play(whole(completion('a secret answer', USAGE)));
  await send(chat());
  await send(chat({ stream: true }));
  await send({ ...chat(), headers: { authorization: 'Bearer tg_unknown' } });
  const added = new Set(['level', 'code', 'timestamp', '_aws', 'requests', 'errors', 'costPicoUsd']);
  for (const line of logged()) {
    const { CloudWatchMetrics = [] } = line._aws ?? {};
    for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
      expect(Namespace).toBe('Tollgate/test');
      for (const name of Dimensions.flat()) {
        expect([name, IDENTIFYING.has(name), typeof line[name]]).toEqual([name, false, 'string']);
      }
      for (const { Name } of Metrics) expect([Name, typeof line[Name]]).toEqual([Name, 'number']);
    }
    expect(Object.keys(line).filter((field) => !LOG_FIELDS.has(field) && !added.has(field))).toEqual([]);
  }
  expect(lines.join()).not.toMatch(/a secret answer|tg_unknown/);
  expect(lines.join()).not.toContain('accountId');
});
