/** A receipt as a tree holds it: the receipt itself is made again from the usage record. */
export interface Leaf {
  readonly requestId: string;
  readonly hash: Buffer;
  /** The receipt's text where the record cannot give it back: it may be, or has been, replaced. */
  readonly text?: string;
}

/** By request, as a tree has them. Of one request's, those that supersede come last. */
export function inTreeOrder(leaves: readonly Leaf[]): Leaf[] {
  const rank = ({ text }: Leaf): number => (text?.includes('"supersedes":') === true ? 1 : 0);
  return [...leaves].sort((one, other) =>
    one.requestId === other.requestId ? rank(one) - rank(other) : one.requestId < other.requestId ? -1 : 1,
  );
}

/** Names a leaf wherever it comes from. */
export const leafName = ({ requestId, hash }: Leaf): string => `${requestId}${hash.toString('latin1')}`;
