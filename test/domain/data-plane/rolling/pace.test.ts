import { MODEL_CONFIGS } from 'llm-zoo';
import type { Model, ProviderSettings } from '../../../../lambdas/contracts/storage/catalog';
import { PRICE_LIST } from '../../../../lambdas/domain/catalog/price-list';
import { hidesOutput } from '../../../../lambdas/domain/data-plane/rolling/hidden-output';
import { paceOf } from '../../../../lambdas/domain/data-plane/rolling/pace';

const OPENAI = 'https://api.openai.com/v1';

const target = (id: string, provider: Partial<ProviderSettings> = {}) => ({
  provider: { id: 'openai', dialect: 'openai', baseUrl: OPENAI, ...provider } as ProviderSettings,
  model: { id } as Model,
});

describe('the pace of a provider', () => {
  test('bytes bound the tokens of a model at OpenAI that hides nothing', () => {
    expect(paceOf(target('gpt-4o'))).toEqual({ burstTokens: 1_024, tokensPerSecond: 400, isIncremental: true });
    const europe = target('gpt-4o', { baseUrl: 'https://eu.api.openai.com/v1' });
    expect(paceOf(europe)).toMatchObject({ isIncremental: true });
  });

  test.each([
    ['a model that reasons', target('gpt-5')],
    ['an unknown model', target('gpt-4o-thinking')],
    ['a model whose name is one of an object’s own members', target('constructor')],
    ['a compatible provider', target('gpt-4o', { baseUrl: 'https://example.openai.azure.com/openai/v1' })],
    ['a provider on this machine', target('gpt-4o', { baseUrl: 'http://127.0.0.1:1/v1' })],
    [
      'Anthropic, which withholds the input of a tool',
      target('claude-3-5-sonnet', { id: 'anthropic', baseUrl: 'https://api.anthropic.com' }),
    ],
  ])('bytes do not bound the tokens of %s', (_, route) => {
    expect(paceOf(route)).toEqual({ burstTokens: 1_024, tokensPerSecond: 400, isIncremental: false });
  });

  test.each([
    ['host', { baseUrl: 'https://api.groq.com/openai/v1' }],
    ['price list', { catalog: 'cerebras', baseUrl: 'https://proxy.example/v1' }],
    ['ID', { id: 'fireworks_ai', baseUrl: 'https://proxy.example/v1' }],
  ])('a provider with special hardware is known by its %s', (_, provider) => {
    expect(paceOf(target('one', provider))).toEqual({
      burstTokens: 4_096,
      tokensPerSecond: 4_000,
      isIncremental: false,
    });
  });

  test('the facts of a model come before those of its provider, and both before the defaults', () => {
    const pace = {
      burstTokens: 2_000,
      delivery: 'incremental',
      hidesOutput: false,
      models: { fast: { tokensPerSecond: 900 }, reasoner: { hidesOutput: true } },
    } as const;
    const provider = { baseUrl: 'https://compatible.example/v1', pace };
    const plain = { burstTokens: 2_000, tokensPerSecond: 400, isIncremental: true };
    expect(paceOf(target('plain', provider))).toEqual(plain);
    expect(paceOf(target('fast', provider))).toEqual({ ...plain, tokensPerSecond: 900 });
    expect(paceOf(target('reasoner', provider))).toEqual({ ...plain, isIncremental: false });
    expect(paceOf(target('constructor', provider))).toEqual(plain);
  });

  test('a provider that buffers has no pace, unless a model of it does not', () => {
    const pace = { delivery: 'buffered', models: { live: { delivery: 'unknown' } } } as const;
    expect(paceOf(target('gpt-4o', { pace }))).toBeUndefined();
    expect(paceOf(target('live', { pace }))).toMatchObject({ isIncremental: false });
  });

  test('no model that the price sources know to reason counts as one that hides nothing', () => {
    const models = Object.values(PRICE_LIST.providers).flat();
    const open = models.filter(({ id }) => !hidesOutput(id));
    expect(open).toHaveLength(9);
    const names = new Set(open.flatMap(({ id, aliases }) => [id, ...aliases]));
    const reasoning = Object.values(MODEL_CONFIGS).filter(({ capabilities }) => capabilities.supportsReasoning);
    expect(reasoning.length).toBeGreaterThan(10);
    expect(reasoning.filter(({ fullName, shortName }) => names.has(fullName) || names.has(shortName))).toEqual([]);
  });
});
