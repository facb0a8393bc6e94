import fc from 'fast-check';
import { EventSplitter } from '../../../lambdas/domain/data-plane/streaming/sse-events';

/** Cuts bytes at arbitrary places, as a network does. */
const cuts = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
};

describe('cutting a stream into events', () => {
  test('a stream is cut into the same whole events wherever the network cut it', () => {
    const event = fc.tuple(
      fc.string({ unit: fc.constantFrom('a', 'é', '{', '"', ' ') }),
      fc.constantFrom('\n\n', '\r\n\r\n'),
    );
    fc.assert(
      fc.property(
        fc.array(event),
        fc.string({ unit: 'grapheme-ascii' }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (events, tail, places) => {
          const whole = events.map(([text, end]) => `data: ${text}${end}`);
          const rest = `data: ${tail.replace(/[\r\n]/g, '')}`;
          const splitter = new EventSplitter();
          const seen: string[] = [];
          let passed = '';
          for (const chunk of cuts(Buffer.from(whole.join('') + rest), places)) {
            passed += splitter
              .push(chunk, (bytes, start, end) => seen.push(bytes.toString('utf8', start, end)))
              .toString();
          }
          expect(seen).toEqual(whole);
          expect(passed).toBe(whole.join(''));
          expect(splitter.takeRest()?.toString()).toBe(rest);
        },
      ),
    );
  });
});
