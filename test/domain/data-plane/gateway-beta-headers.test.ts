import { protocolHeaders, raisedLimits, spokenDialects } from '../../../lambdas/domain/dialects/registry';
import { completion, silent, whole } from './fake-providers';
import { chat, GatewayStage, INPUT_PICO, messages, OUTPUT_PICO, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
  stage.providers.play(whole(completion('hi', USAGE)));
});

const BETA = { 'anthropic-beta': 'prompt-tools-2025-04-02, Context-1M-2025-08-07' };
const OUTPUT_TOKENS = 50n;
/** Only the model's context bounds the prompt of a request that names a document. */
const document = (model: string) => ({
  ...messages({
    model,
    messages: [
      { role: 'user', content: [{ type: 'document', source: { type: 'url', url: 'https://example.com/a' } }] },
    ],
  }),
  headers: BETA,
});

/** Sends a request whose provider never answers, and returns what it holds. */
async function heldFor(sent: Parameters<GatewayStage['client']>[0]): Promise<bigint> {
  stage.providers.play(silent);
  const client = stage.client(sent);
  const done = stage.gateway.handle(client);
  await stage.providers.asked();
  const { heldPico } = await stage.balance();
  await stage.gateway.stop();
  await done;
  return heldPico;
}

test('a beta header that widens the context raises the hold to the wider context, at the price of that length', async () => {
  const held = await heldFor(document('claude-tiered'));
  expect(held).toBe(1_000_000n * 2n * INPUT_PICO + OUTPUT_TOKENS * 2n * OUTPUT_PICO);
});

test('a prompt that only a beta header admits is refused where the catalog has no price for its length', async () => {
  const { status, text } = await stage.send(document('claude'));
  expect([status, text]).toEqual([
    400,
    expect.stringContaining('above 200000 tokens have no price for the model claude'),
  ]);
  expect(stage.providers.calls).toEqual([]);
  await stage.expectBalanced();
});

test('the same prompt without the beta header holds the model’s own context', async () => {
  const held = await heldFor({ ...document('claude'), headers: {} });
  expect(held).toBe(200_000n * INPUT_PICO + OUTPUT_TOKENS * OUTPUT_PICO);
});

test('a beta header that widens the context changes nothing for a short prompt', async () => {
  stage.providers.play(
    whole({ content: [{ type: 'text', text: 'hi' }], usage: { input_tokens: 7, output_tokens: 2 } }),
  );
  expect((await stage.send({ ...messages(), headers: BETA })).status).toBe(200);
  await stage.expectBalanced();
});

test('a beta header that raises the output limit raises the hold of a message', async () => {
  // Some compatible providers take a limit of zero for none.
  const open = { ...messages({ max_tokens: 0 }), headers: { 'anthropic-beta': 'output-8k-2025-02-19' } };
  const held = await heldFor(open);
  stage = await GatewayStage.open();
  expect(held - (await heldFor({ ...open, headers: {} }))).toBe(4_000n * OUTPUT_PICO);
});

test('a long chat is served and not sent a beta header of Anthropic’s, which raises nothing at its provider', async () => {
  const long = chat({ messages: [{ role: 'user', content: 'x'.repeat(225_000) }] });
  const { status } = await stage.send({ ...long, headers: BETA });
  expect([status, stage.providers.calls[0]?.request.headers]).toEqual([
    200,
    { 'content-type': 'application/json', accept: 'application/json' },
  ]);
  await stage.expectBalanced();
});

test.each(['/v1/messages', '/v1/messages/count_tokens'])(
  'a provider of Anthropic’s dialect is sent Anthropic’s headers and no other protocol’s at %s',
  async (path) => {
    const version = { 'anthropic-version': '2023-06-01' };
    await stage.send({ ...messages(), path, headers: { ...BETA, ...version, 'openai-beta': 'assistants=v2' } });
    expect(stage.providers.calls.map(({ request }) => request.headers)).toEqual([
      { ...BETA, ...version, 'content-type': 'application/json', accept: 'application/json' },
    ]);
  },
);

test('a provider of OpenAI’s dialect that offers messages is sent the headers of both dialects, and they raise its limits', () => {
  const dialects = spokenDialects('messages', { id: 'p', dialect: 'openai', baseUrl: 'http://p.test' });
  expect(protocolHeaders(dialects)).toEqual(['anthropic-version', 'anthropic-beta', 'openai-beta']);
  expect(raisedLimits(BETA, dialects).contextTokens).toBe(1_000_000);
});

test('a beta header without a limit in its names leaves the bound alone', async () => {
  const headers = { 'anthropic-beta': 'context-management-2025-06-27,interleaved-thinking-2025-05-14' };
  expect((await stage.send({ ...chat(), headers })).status).toBe(200);
});
