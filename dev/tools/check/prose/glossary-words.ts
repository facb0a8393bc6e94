/** Words that the glossary replaces, each with the word to use. A word with a remark in parentheses is not checked. */
export function replacedWords(glossary: string): ReadonlyMap<string, string> {
  const replaced = new Map<string, string>();
  for (const row of glossary.split('\n')) {
    const [, word, , not] = row.split('|').map((cell) => cell.trim());
    if (word === undefined || not === undefined || word === 'word' || /^-+$/.test(not)) continue;
    for (const synonym of not.split(/,\s*(?![^(]*\))/)) {
      if (synonym !== '' && !synonym.includes('(')) replaced.set(synonym.toLowerCase(), word);
    }
  }
  return replaced;
}
