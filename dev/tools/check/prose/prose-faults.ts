import { BANNED_PHRASES } from './banned-phrases';
import { type Prose, proseInDocument, proseInSource } from './source-prose';
import { titleFault } from './test-titles';

export interface ProseFault {
  readonly line: number;
  readonly message: string;
}

/**
 * Finds prose that would confuse a new engineer.
 * @param replaced words that the glossary replaces, each with the word to use
 */
export function proseFaults(file: string, text: string, replaced: ReadonlyMap<string, string>): readonly ProseFault[] {
  const prose = file.endsWith('.md') ? proseInDocument(text) : proseInSource(file, text);
  // The glossary itself names the words that it replaces.
  const words = file === 'docs/glossary.md' ? new Map<string, string>() : replaced;
  return prose.flatMap((piece) => [...phraseFaults(piece), ...titleFaults(piece), ...wordFaults(piece, words)]);
}

function phraseFaults({ kind, text, line }: Prose): readonly ProseFault[] {
  const sentences = kind === 'comment' ? text.split(/(?<=[.:;])\s+|\n(?=@)|(?<=^@\w+ )/m) : [text];
  return BANNED_PHRASES.filter(({ commentsOnly }) => !commentsOnly || kind === 'comment').flatMap(
    ({ pattern, advice }) =>
      sentences.flatMap((sentence) => {
        const match = pattern.exec(sentence.replace(/\s+/g, ' ').trim());
        return match ? [{ line, message: `"${match[0].trim()}": ${advice}` }] : [];
      }),
  );
}

function titleFaults({ kind, text, line }: Prose): readonly ProseFault[] {
  const fault = kind === 'title' ? titleFault(text) : undefined;
  return fault === undefined ? [] : [{ line, message: fault }];
}

function wordFaults({ kind, text, line }: Prose, replaced: ReadonlyMap<string, string>): readonly ProseFault[] {
  // Strings are mostly wire text and input; titles and comments are ours.
  if (kind === 'string') return [];
  return [...replaced].flatMap(([word, instead]) =>
    new RegExp(`(?<![\\w-])${word}s?(?![\\w-])`, 'i').test(text)
      ? [{ line, message: `"${word}": the glossary's word is "${instead}"` }]
      : [],
  );
}
