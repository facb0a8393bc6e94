import ts from 'typescript';

/** A piece of text that people read. */
export interface Prose {
  readonly kind: 'comment' | 'string' | 'title' | 'document';
  readonly text: string;
  /** One-based. */
  readonly line: number;
}

const TITLED = /^(?:test|it)(?:\.each\b.*)?$/s;

/** The comments, test titles and sentences in strings of a TypeScript or JavaScript file. */
export function proseInSource(file: string, text: string): readonly Prose[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineAt = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
  const pieces: Prose[] = [];
  const seen = new Set<number>();
  const addComments = (ranges: readonly ts.CommentRange[] | undefined): void => {
    for (const { pos, end } of ranges ?? []) {
      if (seen.has(pos)) continue;
      seen.add(pos);
      pieces.push({ kind: 'comment', text: plainComment(text.slice(pos, end)), line: lineAt(pos) });
    }
  };
  const visit = (node: ts.Node): void => {
    addComments(ts.getLeadingCommentRanges(text, node.getFullStart()));
    addComments(ts.getTrailingCommentRanges(text, node.end));
    if (ts.isCallExpression(node) && TITLED.test(node.expression.getText(source))) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title))
        pieces.push({ kind: 'title', text: title.text, line: lineAt(title.getStart(source)) });
    }
    // A string without a space is a name, not prose.
    if ((ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || isTemplatePart(node)) && node.text.includes(' '))
      pieces.push({ kind: 'string', text: node.text, line: lineAt(node.getStart(source)) });
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  return pieces;
}

/** A document line by line, without code and links' targets. */
export function proseInDocument(text: string): readonly Prose[] {
  let isCode = false;
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*```/.test(line)) {
      isCode = !isCode;
      return [];
    }
    if (isCode) return [];
    return [{ kind: 'document', text: line.replace(/`[^`]*`|\]\([^)]*\)|"[^"]*"/g, '·'), line: index + 1 }] as const;
  });
}

function isTemplatePart(node: ts.Node): node is ts.TemplateMiddle | ts.TemplateTail {
  return ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
}

/** Drops the comment's own marks, and code in it. */
function plainComment(comment: string): string {
  return comment
    .replace(/^\/\*+|\*+\/$|^\/\//g, '')
    .replace(/^\s*\* ?/gm, '')
    .replace(/`[^`]*`/g, '·')
    .trim();
}
