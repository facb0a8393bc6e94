import { canonicalJson } from '../audit/canonical-json';

/**
 * The text of a receipt, a tree's header or a seal, which is hashed or signed. Version 1 has a fixed list of members. A
 * later version is written as RFC 8785 defines, with all the members that it has: so a release can hash, and verify, what
 * a later release has extended.
 * @param ordered the members of version 1 in their order
 * @throws RangeError for a number that is not a safe integer
 */
export function canonicalText<Document extends { readonly version: number }>(
  document: Document,
  ordered: (first: Extract<Document, { readonly version: 1 }>) => object,
): string {
  if (isFirst(document)) return JSON.stringify(ordered(document));
  return canonicalJson(document);
}

const isFirst = <Document extends { readonly version: number }>(
  document: Document,
): document is Extract<Document, { readonly version: 1 }> => document.version === 1;
