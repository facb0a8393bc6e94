import { event, events, whole } from './fake-providers';
import { GatewayStage, messages, OUTPUT_PICO } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.expectBalanced());

describe('a message whose prompt is cached', () => {
  const written = { input_tokens: 0, cache_creation_input_tokens: 200_000, output_tokens: 1 };
  const partly = { ...written, cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: null } };
  const marked = (ttl: string) => ({
    model: 'claude-cached',
    system: [{ type: 'text', text: 'x'.repeat(210_000), cache_control: { type: 'ephemeral', ttl } }],
  });

  test.each([
    ['no lifetime', 'five minutes', '5m', written, { cacheWrite: 200_000 }, 15n],
    ['no lifetime', 'an hour', '1h', written, { cacheWrite1h: 200_000 }, 20n],
    ['only a part of the lifetimes', 'five minutes', '5m', partly, { cacheWrite: 200_000 }, 15n],
    ['only a part of the lifetimes', 'an hour', '1h', partly, { cacheWrite1h: 200_000 }, 20n],
  ])('a cache write with %s after a mark of %s is charged as the hold covers it', async (...row) => {
    const [, , ttl, usage, units, pico] = row;
    const start = { type: 'message_start', message: { usage: { ...usage, output_tokens: 0 } } };
    const stop = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } };
    const content = [{ type: 'text', text: 'hi' }];
    stage.providers.play(whole({ type: 'message', content, usage }), events(event(start), event(stop)));
    for (const stream of [false, true]) await stage.send(messages({ ...marked(ttl), stream }));
    const charged = { status: 'completed', usage: units, overrunPico: 0n, costPico: 200_000n * pico + OUTPUT_PICO };
    expect(await stage.records()).toMatchObject([charged, charged]);
  });

  test('a cache write that a provider makes by itself is covered by the hold', async () => {
    stage.providers.play(whole({ type: 'message', content: [{ type: 'text', text: 'hi' }], usage: written }));
    const body = { model: 'self-caching', system: 'x'.repeat(210_000), max_tokens: 1 };
    await stage.send(messages(body));
    expect(await stage.records()).toMatchObject([{ usage: { cacheWrite: 200_000 }, overrunPico: 0n }]);
  });
});
