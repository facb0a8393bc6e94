const POLICY = 'PolicyDocument';

/**
 * A template with the values written out that CloudFormation Guard cannot read: it takes a joined text, an
 * import from another stack and a pseudo parameter for none at all. References within the template stay, and
 * so do policies, where it knows the joined names of a bucket and its objects.
 */
export function writtenOut(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(writtenOut);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  const text = entries.length === 1 && only ? textOf(...only) : undefined;
  return text ?? Object.fromEntries(entries.map(([key, inner]) => [key, key === POLICY ? inner : writtenOut(inner)]));
}

/** What a function of CloudFormation's comes to, as far as a template tells. */
function textOf(name: string, argument: unknown): string | undefined {
  if (name === 'Ref') return String(argument).startsWith('AWS::') ? String(argument) : undefined;
  if (name === 'Fn::ImportValue') return String(argument);
  if (name !== 'Fn::Join' || !Array.isArray(argument)) return undefined;
  const [separator, parts] = argument as [string, unknown];
  if (!Array.isArray(parts)) return undefined;
  return parts
    .map(writtenOut)
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
    .join(separator);
}
