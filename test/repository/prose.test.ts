import { replacedWords } from '../../dev/tools/check/prose/glossary-words';
import { proseFaults } from '../../dev/tools/check/prose/prose-faults';

const REPLACED = new Map([['tenant', 'account']]);
const messages = (file: string, text: string): string[] =>
  proseFaults(file, text, REPLACED).map(({ line, message }) => `${line}: ${message}`);

describe('prose check', () => {
  test.each([
    ['a pronoun without a person', '// Somebody waits for the answer.'],
    ['a comment that begins with "Of"', '/** Of a route that takes nothing. */'],
    ['a noun clause as the subject', '/**\n * What of it is used is parsed.\n */'],
    ['an error that is not documented with @throws', '/** Throws WalletNotFound. */'],
    ['a banned phrase in a message', "const text = 'this is none of ours';"],
    ['an archaic comparative', '// The dearer of two prices applies.'],
    ['an adverb that needs decoding', '// A stream without usage is charged all the same.'],
    ['a title without a subject', "test('is settled once', () => {});"],
    ['a title that begins with a verb', "test('gives the money back', () => {});"],
    ['a title of a table without a subject', "test.each([1])('of %s is refused', () => {});"],
    ['a word that the glossary replaces', '// Every tenant has a wallet.'],
  ])('%s is a fault', (_what, code) => {
    expect(messages('lambdas/example.ts', code)).toHaveLength(1);
  });

  test.each([
    ['a question', '// What happens if the client leaves? The stream is settled.'],
    ['code in a comment', '// The name `somebody` is reserved.'],
    ['a word inside an identifier', 'const whoever = 1;'],
    ['a title with a subject', "test('a settled hold cannot be settled again', () => {});"],
    ['a title that sets the scene first', "test('after its deadline, a hold expires', () => {});"],
    ['a noun that is also a verb', "test('requests without a price are refused', () => {});"],
  ])('%s is accepted', (_what, code) => {
    expect(messages('lambdas/example.ts', code)).toEqual([]);
  });

  test('a fault in a document names its line, and code blocks are skipped', () => {
    expect(messages('docs/example.md', 'Fine.\n\n```\nsomebody\n```\n\nAsk whoever knows.\n')).toEqual([
      '7: "whoever": name who it is: the caller, the operator, a client that',
    ]);
  });

  test('the glossary bans the words of its last column unless they are in parentheses', () => {
    const table = '| word | meaning | not |\n|---|---|---|\n| account | pays | tenant, (team, group), customer |\n';
    expect([...replacedWords(table)]).toEqual([
      ['tenant', 'account'],
      ['customer', 'account'],
    ]);
  });
});
