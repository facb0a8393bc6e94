import fc from 'fast-check';
import { parseMeteredRequest } from '../../../lambdas/domain/data-plane/admission/metered-request';
import { providerBody } from '../../../lambdas/domain/data-plane/provider/provider-body';
import { METERED_ROUTES, type MeteredRoute } from '../../../lambdas/domain/data-plane/routes';

const route = (path: string): MeteredRoute => {
  const found = METERED_ROUTES.get(path);
  if (!found) throw new Error(`no route ${path}`);
  return found;
};
const chat = route('/v1/chat/completions');
const sent = (body: string, outputTokensCap?: number, model?: string) =>
  providerBody(parseMeteredRequest(chat, Buffer.from(body)), { outputTokensCap, model }).toString();
const parse = (text: string) => JSON.parse(text) as { [name: string]: unknown };

const plain = '{"model":"m", "messages" : [{"role":"user","content":"hi"}] }';
const streamed = '{"stream":true,"model":"m","messages":[{}]}';

describe('the body that a provider gets', () => {
  test('is the client’s own bytes when nothing needs to change', () => {
    expect(sent(plain)).toBe(plain);
  });

  test('names the model as the provider knows it', () => {
    expect(sent(plain, undefined, 'known "name"')).toBe(plain.replace('"m"', JSON.stringify('known "name"')));
  });

  test('asks for usage in a stream, and keeps the client’s other stream options', () => {
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

  test('leaves a client’s own request for usage as it is', () => {
    const asked = '{"model":"m","messages":[{}],"stream":true,"stream_options":{"include_usage":true}}';
    expect(sent(asked)).toBe(asked);
  });

  test('names nobody: identities are left out wherever they stand, and the rest stays valid', () => {
    const identities = { user: 'u-1', metadata: { a: 'b' }, safety_identifier: 'x' };
    const others = { model: 'm', messages: [{}], temperature: 0.5, stop: ['\n'] };
    const members = fc.shuffledSubarray(Object.entries({ ...identities, ...others }), { minLength: 0 });
    fc.assert(
      fc.property(members, fc.nat(2), fc.boolean(), (picked, spaces, stream) => {
        const all = [...picked.filter(([name]) => name !== 'model' && name !== 'messages')];
        all.splice(all.length >> 1, 0, ['model', 'm'], ['messages', [{}]]);
        const body = { ...Object.fromEntries(all), stream };
        const expected = Object.fromEntries(Object.entries(body).filter(([name]) => !(name in identities)));
        const got = parse(sent(JSON.stringify(body, null, spaces)));
        expect(got).toEqual(stream ? { ...expected, stream_options: { include_usage: true } } : expected);
      }),
    );
  });

  test('carries the wallet’s limit where the client set none', () => {
    expect(parse(sent(plain, 77))['max_completion_tokens']).toBe(77);
    expect(parse(sent('{"model":"m","messages":[{}],"max_completion_tokens":null}', 77))).toEqual({
      model: 'm',
      messages: [{}],
      max_completion_tokens: 77,
    });
  });
});
