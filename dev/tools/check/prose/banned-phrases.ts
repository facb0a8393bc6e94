/** A phrase that makes a reader stop, and what to write instead. */
export interface BannedPhrase {
  readonly pattern: RegExp;
  readonly advice: string;
  /** Applies to comments only, not to strings or documents. @default false */
  readonly commentsOnly?: boolean;
}

/** Patterns have no `g` flag, because each is searched once per sentence. */
export const BANNED_PHRASES: readonly BannedPhrase[] = [
  { pattern: /\bwhoever\b/i, advice: 'name who it is: the caller, the operator, a client that' },
  { pattern: /\bsomebody\b/i, advice: 'name who it is: a person, a caller, another writer' },
  { pattern: /\b(?:is|are) none of\b/i, advice: 'write "is not one of" or name the error' },
  { pattern: /\bin (?:the|its|their) place of\b/i, advice: 'write "instead of" or "replaces"' },
  { pattern: /\bthat which\b/i, advice: 'write "what" or name the thing' },
  { pattern: /\bwhat is no\b/i, advice: 'name what it is instead: "anything that is not …"' },
  { pattern: /\b(?:this|it|which|that) is no (?!longer\b|more\b|such\b)\w+/i, advice: 'write "is not a …"' },
  { pattern: /\bis made by nobody\b/i, advice: 'write who may create it' },
  { pattern: /\bis nobody(?: else)?['’]s\b/i, advice: 'name who owns it' },
  { pattern: /\btells? of\b/i, advice: 'write "reports" or "notifies"' },
  { pattern: /\bcame? in the way of\b/i, advice: 'write "conflicted with"' },
  { pattern: /\bfor ever\b/i, advice: 'write "forever" or name the limit' },
  { pattern: /\ball the same\b/i, advice: 'write "still" or "nevertheless"' },
  { pattern: /\bdear(?:er|est)\b/i, advice: 'write "more expensive" or "most expensive"' },
  { pattern: /\bno other way to\b/i, advice: 'write "nothing else leads to"' },
  { pattern: /\bas good as none\b/i, advice: 'write "counts as missing"' },
  { pattern: /^Of\s/, advice: 'start with the subject: "For …" or "A …"', commentsOnly: true },
  {
    pattern: /^(?:What|Whose|Who)\s(?![^.]*\?)/,
    advice: 'start with the subject, not with a noun clause',
    commentsOnly: true,
  },
  { pattern: /\bThrows\s+[A-Z]\w+/, advice: 'document errors with @throws', commentsOnly: true },
];
