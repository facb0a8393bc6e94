import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import { event, events, whole } from './fake-providers';
import { GatewayStage, INPUT_PICO, messages, OUTPUT_PICO } from './gateway-stage';

const USAGE = { input_tokens: 5, output_tokens: 3 };
const WHOLE = whole({ type: 'message', content: [{ type: 'text', text: 'hi' }], usage: USAGE });
const STREAM = events(
  `event: message_start\n${event({ type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } })}`,
  `event: message_delta\n${event({ type: 'message_delta', usage: { output_tokens: 3 } })}`,
  `event: message_stop\n${event({ type: 'message_stop' })}`,
);

test.each([
  ['whole', false, WHOLE],
  ['streamed', true, STREAM],
])(
  'a provider of OpenAI’s dialect that serves messages is charged its exact usage when its answer is %s',
  async (_how, stream, play) => {
    const stage = await GatewayStage.open();
    const prices = [versionOf([0, { input: Number(INPUT_PICO), output: Number(OUTPUT_PICO) }])];
    const list = catalogOf({ anthropic: [modelOf({ id: 'claude', endpoints: ['messages'], prices })] });
    const provider = { id: 'mixed', dialect: 'openai', catalog: 'anthropic', baseUrl: 'http://mixed.test' } as const;
    const gateway = new Gateway({ ...stage.dependencies, catalog: new Catalog(list, [provider]) });
    stage.providers.play(play);
    await gateway.handle(stage.client(messages({ stream })));
    expect(await stage.records()).toMatchObject([
      {
        provider: 'mixed',
        status: 'completed',
        estimated: false,
        usage: { input: 5, output: 3 },
        costPico: 5n * INPUT_PICO + 3n * OUTPUT_PICO,
      },
    ]);
    await stage.expectBalanced();
  },
);
