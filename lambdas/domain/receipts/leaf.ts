/** A receipt's leaf in a tree. It contains only the hash, because the receipt can be derived from the usage record. */
export interface Leaf {
  readonly requestId: string;
  readonly hash: Buffer;
  /** The receipt's text, kept if a late settle may replace, or has replaced, the record that it derives from. */
  readonly text?: string;
}

/** Sorts leaves by request. For the same request, a superseding receipt comes after the one that it supersedes. */
export function inTreeOrder(leaves: readonly Leaf[]): Leaf[] {
  const rank = ({ text }: Leaf): number => (text?.includes('"supersedes":') === true ? 1 : 0);
  return [...leaves].sort((one, other) =>
    one.requestId === other.requestId ? rank(one) - rank(other) : one.requestId < other.requestId ? -1 : 1,
  );
}

/** Identifies a leaf by its content, so that duplicates are recognised. */
export const leafId = ({ requestId, hash }: Leaf): string => `${requestId}${hash.toString('latin1')}`;
