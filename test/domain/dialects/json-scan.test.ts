import fc from 'fast-check';
import { JSON_DEPTH_MAX, scanJson } from '../../../lambdas/domain/dialects/json/json-scan';
import { MalformedJson } from '../../../lambdas/domain/dialects/json/json-strings';

const scan = (text: string) => scanJson(Buffer.from(text));

describe('scanning a JSON object', () => {
  test('the scan finds every outer member that JSON.parse finds', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
        fc.nat(3),
        (object, spaces) => {
          const bytes = Buffer.from(JSON.stringify(object, null, spaces));
          const { members } = scanJson(bytes);
          const read = [...members].map(([name, member]) => [
            name,
            JSON.parse(bytes.toString('utf8', member.valueStart, member.valueEnd)) as unknown,
          ]);
          const parsed = JSON.parse(bytes.toString()) as object;
          expect(Object.fromEntries(read)).toEqual(parsed);
        },
      ),
    );
  });

  test('the scan refuses the same text as JSON.parse, strings aside', () => {
    const pieces = ['{', '}', '[', ']', ',', ':', '"a"', '"b"', '1', '-0.5e3', 'true', 'nul', ' ', '01', '+1', '.5'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const text = `{${parts.join('')}}`;
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const duplicate =
          valid &&
          new Set(Array.from(text.matchAll(/"([ab])"\s*:/g), (match) => match[1])).size <
            Array.from(text.matchAll(/"[ab]"\s*:/g)).length;
        if (duplicate) return;
        if (valid) expect(() => scan(text)).not.toThrow();
        else expect(() => scan(text)).toThrow(MalformedJson);
      }),
      { numRuns: 5_000 },
    );
  });

  test('the scan refuses a duplicate member, however it is spelled', () => {
    expect(() => scan('{"model":"a","model":"b"}')).toThrow('given twice');
    expect(() => scan(String.raw`{"model":"a","mod\u0065l":"b"}`)).toThrow('given twice');
  });

  test.each(['"\u0001"', '"\n"', String.raw`"\q"`, String.raw`"\x41"`, String.raw`"\u12G4"`])(
    'the scan refuses the string %j',
    (text) => {
      expect(() => scan(`{"a":[${text}]}`)).toThrow(MalformedJson);
    },
  );

  test('the scan refuses nesting beyond its limit', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(() => scan(nested(JSON_DEPTH_MAX))).not.toThrow();
    expect(() => scan(nested(JSON_DEPTH_MAX + 1))).toThrow('nested deeper');
  });

  test('the scan counts content types however they are spelled, and keeps tools apart', () => {
    const { contentTypes, toolTypes } = scan(
      String.raw`{"messages":[{"content":[{"type":"image_url"},{"t\u0079pe":"ima\u0067e_url"},{"Type":"image_url"},{"type":"text"}]}],"tools":[{"type":"function","function":{"parameters":{"type":"object","default":{"type":"circle"}}}}]}`,
    );
    expect(contentTypes.get('image_url')).toBe(3);
    expect([...toolTypes]).toEqual(['function']);
  });

  test('the scan ends a string at a quote after an escaped backslash, and not at an escaped quote', () => {
    const bytes = Buffer.from(String.raw`{"a":"x\"y","b":"z\\","c":1}`);
    expect([...scanJson(bytes).members.keys()]).toEqual(['a', 'b', 'c']);
  });
});
