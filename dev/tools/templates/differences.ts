/** A value that differs between the two sides, or exists only on one; it is `undefined` on the other. */
export interface Difference {
  /** The path from the root of the compared value, such as `Resources/WalletTable/Properties/BillingMode`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Texts for people, and asset names, which are hashes of a bundle's content. Neither affects the resources. */
const IGNORED = new Set(['Description', 'AlarmDescription', 'S3Key']);

/** Finds all differences between two JSON values, except in descriptions and asset names. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (before === after) return [];
  if (!isNode(before) || !isNode(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ path, before, after }];
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => !IGNORED.has(name))
    .flatMap((name) => differences(before[name], after[name], path === '' ? name : `${path}/${name}`));
}

function isNode(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
