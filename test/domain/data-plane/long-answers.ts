import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { SECOND_MS } from '../../../lambdas/domain/clock';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import { chat, GatewayStage, OUTPUT_PICO } from './gateway-stage';

export const OUTPUT_TOKENS_MAX = 128_000;

const LONG = { contextTokens: 200_000, outputTokensMax: OUTPUT_TOKENS_MAX };
const PRICES = versionOf([0, { input: 10, output: Number(OUTPUT_PICO), cacheWrite: 15, cacheWrite1h: 20 }]);
/** $5 and $25 for a million tokens. */
const DEAR = versionOf([0, { input: 5_000_000, cachedInput: 500_000, cacheWrite: 6_250_000, output: 25_000_000 }]);

/** Models whose worst case is far above a first hold. */
export const LONG_ANSWERS = new Catalog(
  catalogOf({
    openai: [modelOf({ id: 'long', ...LONG, endpoints: ['chat', 'responses'], prices: [PRICES] })],
    anthropic: [
      modelOf({ id: 'claude-long', ...LONG, endpoints: ['messages'], prices: [PRICES] }),
      modelOf({ id: 'claude-dear', ...LONG, endpoints: ['messages'], prices: [DEAR] }),
    ],
  }),
  [
    { id: 'openai', dialect: 'openai', baseUrl: 'http://openai.test/v1' },
    { id: 'anthropic', dialect: 'anthropic', baseUrl: 'http://anthropic.test' },
  ],
);

/**
 * A gateway in time that only the test advances until `closeTimed` of its stage.
 * @param options.catalog the models that it serves. @default LONG_ANSWERS
 * @param options.now when the test begins, in epoch milliseconds. @default now
 */
export async function openLongAnswers({
  catalog = LONG_ANSWERS,
  now,
}: { readonly catalog?: Catalog; readonly now?: number } = {}): Promise<{
  readonly stage: GatewayStage;
  readonly gateway: Gateway;
}> {
  jest.useFakeTimers({ ...(now !== undefined && { now }), doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const stage = await GatewayStage.open();
  return { stage, gateway: new Gateway({ ...stage.dependencies, catalog }) };
}

/** A stream that allows a long answer. */
export const long = (extra: object = {}) =>
  chat({ model: 'long', max_tokens: OUTPUT_TOKENS_MAX, stream: true, ...extra });

/** Lets the pace of the provider fill what is held. */
export const pass = (seconds: number): Promise<void> => jest.advanceTimersByTimeAsync(seconds * SECOND_MS);
