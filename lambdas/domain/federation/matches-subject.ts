/**
 * Whether a subject matches a pattern. A `*` matches anything except a colon, so that it cannot reach into another part
 * of the subject; at the end it matches anything. This is not a regular expression, so that it takes linear time.
 */
export function matchesSubject(pattern: string, subject: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === subject;
  if (!subject.startsWith(first)) return false;
  let position = first.length;
  const last = rest.pop() ?? '';
  for (const text of rest) {
    const index = subject.indexOf(text, position);
    if (index < 0 || subject.slice(position, index).includes(':')) return false;
    position = index + text.length;
  }
  if (last === '') return true;
  const end = subject.length - last.length;
  return end >= position && subject.endsWith(last) && !subject.slice(position, end).includes(':');
}
