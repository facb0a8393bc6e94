/** A value that one side has and the other has not, or has differently. `undefined` stands for its absence. */
export interface Difference {
  /** From the root of the compared value, `Resources/WalletTable/Properties/BillingMode` for one. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Texts for people, and names of assets, which are hashes of a bundle's content. Neither changes what is deployed. */
const IGNORED = new Set(['Description', 'AlarmDescription', 'S3Key']);

/** Every difference between two JSON values except descriptions and the names of assets. */
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
