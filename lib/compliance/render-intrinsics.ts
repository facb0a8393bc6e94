const POLICY = 'PolicyDocument';

/**
 * Replaces the intrinsic functions of a template that CloudFormation Guard cannot read by text: joins, imports from other
 * stacks and pseudo parameters, which it would treat as missing values. References within the template stay. So do
 * policies, because the rules there expect the joined names of a bucket and its objects.
 */
export function renderIntrinsics(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renderIntrinsics);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  const text = entries.length === 1 && only ? renderFunction(...only) : undefined;
  return (
    text ?? Object.fromEntries(entries.map(([key, inner]) => [key, key === POLICY ? inner : renderIntrinsics(inner)]))
  );
}

/** Renders one intrinsic function, or returns `undefined` if it must stay. */
function renderFunction(name: string, argument: unknown): string | undefined {
  if (name === 'Ref') return String(argument).startsWith('AWS::') ? String(argument) : undefined;
  if (name === 'Fn::ImportValue') return String(argument);
  if (name !== 'Fn::Join' || !Array.isArray(argument)) return undefined;
  const [separator, parts] = argument as [string, unknown];
  if (!Array.isArray(parts)) return undefined;
  return parts
    .map(renderIntrinsics)
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
    .join(separator);
}
