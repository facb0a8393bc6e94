import fc from 'fast-check';
import { messages } from '../../../lambdas/domain/dialects/anthropic/messages/messages';
import { chat } from '../../../lambdas/domain/dialects/openai/chat/chat';

const parsed = (body: string) => chat.parse({ contentType: 'application/json', bytes: Buffer.from(body) });
const sent = (body: string, outputTokensCap?: number, model?: string) =>
  chat.providerBody(parsed(body), { outputTokensCap, model }).bytes.toString();
const parse = (text: string) => JSON.parse(text) as { [name: string]: unknown };

const plain = '{"model":"m", "messages" : [{"role":"user","content":"hi"}] }';
const streamed = '{"stream":true,"model":"m","messages":[{}]}';

describe('the body that is sent to a provider', () => {
  test('the provider receives the client’s own bytes when nothing needs to change', () => {
    expect(sent(plain)).toBe(plain);
  });

  test('the provider receives its own name of the model', () => {
    expect(sent(plain, undefined, 'known "name"')).toBe(plain.replace('"m"', JSON.stringify('known "name"')));
  });

  test('a streamed request asks the provider for usage, and keeps the client’s other stream options', () => {
    expect(parse(sent(streamed))).toMatchObject({ stream_options: { include_usage: true } });
    expect(
      parse(sent('{"model":"m","messages":[{}],"stream":true,"stream_options":{"include_usage":false,"x":1}}'))[
        'stream_options'
      ],
    ).toEqual({
      include_usage: true,
      x: 1,
    });
    expect(parse(sent('{"model":"m","messages":[{}],"stream":true,"stream_options":null}'))['stream_options']).toEqual({
      include_usage: true,
    });
  });

  test('a client’s own request for usage is sent to the provider unchanged', () => {
    const requested = '{"model":"m","messages":[{}],"stream":true,"stream_options":{"include_usage":true}}';
    expect(sent(requested)).toBe(requested);
  });

  test('promise-02 the provider receives no identity, wherever it is in the body, and the rest stays valid', () => {
    const identities = { user: 'u-1', metadata: { a: 'b' }, safety_identifier: 'x' };
    const others = { model: 'm', messages: [{}], temperature: 0.5, stop: ['\n'] };
    const members = fc.shuffledSubarray(Object.entries({ ...identities, ...others }), { minLength: 0 });
    fc.assert(
      fc.property(members, fc.nat(2), fc.boolean(), (picked, spaces, stream) => {
        const all = [...picked.filter(([name]) => name !== 'model' && name !== 'messages')];
        all.splice(all.length >> 1, 0, ['model', 'm'], ['messages', [{}]]);
        const body = { ...Object.fromEntries(all), stream };
        const expected = Object.fromEntries(Object.entries(body).filter(([name]) => !(name in identities)));
        const received = parse(sent(JSON.stringify(body, null, spaces)));
        expect(received).toEqual(stream ? { ...expected, stream_options: { include_usage: true } } : expected);
      }),
    );
  });

  test('the provider receives the wallet’s limit if the client set no limit', () => {
    expect(parse(sent(plain, 77))['max_completion_tokens']).toBe(77);
    expect(parse(sent('{"model":"m","messages":[{}],"max_completion_tokens":null}', 77))).toEqual({
      model: 'm',
      messages: [{}],
      max_completion_tokens: 77,
    });
  });

  test('the provider receives the media types of the body and of the expected answer', () => {
    expect(chat.providerBody(parsed(plain), {})).toMatchObject({
      contentType: 'application/json',
      accept: 'application/json',
    });
    expect(chat.providerBody(parsed(streamed), {})).toMatchObject({ accept: 'text/event-stream' });
  });

  test('Anthropic receives a streamed request unchanged, because its streams always report usage', () => {
    const body = '{"stream":true,"model":"m","messages":[{}],"max_tokens":5}';
    const request = messages.parse({ contentType: 'application/json', bytes: Buffer.from(body) });
    expect(messages.providerBody(request, {}).bytes.toString()).toBe(body);
  });
});
