import { z } from 'zod';
import { receiptLineSchema, receiptProofSchema, treeLineSchema } from '../../contracts/storage/receipt';
import { headerText } from './account-tree';
import { receiptText } from './receipt';
import { sealText } from './seal';

const documentSchema = z.union([receiptProofSchema, treeLineSchema, receiptLineSchema]);

/** A line of an export, or a response of the API. */
export type ReceiptDocument = z.infer<typeof documentSchema>;

/** A document with its position in a file. */
export interface NumberedDocument {
  /** The line, counted from 1. It is 1 if the whole file is a single document. */
  readonly line: number;
  /** `undefined` if the line is not a valid receipt document. */
  readonly document: ReceiptDocument | undefined;
}

/** Reads a file of JSON lines, or a file with a single JSON document. */
export function readDocuments(text: string): NumberedDocument[] {
  const whole = parse(text);
  if (whole !== undefined) return [{ line: 1, document: whole }];
  return text
    .split('\n')
    .map((line, index) => ({ line: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '')
    .map(({ line, text: json }) => ({ line, document: parse(json) }));
}

function parse(json: string): ReceiptDocument | undefined {
  try {
    const document = documentSchema.parse(JSON.parse(json));
    expectText(document);
    return document;
  } catch {
    return undefined;
  }
}

/** @throws RangeError for a document without a canonical text, which therefore nothing can be proved about */
function expectText(document: ReceiptDocument): void {
  if ('receipt' in document) receiptText(document.receipt);
  if ('tree' in document) {
    headerText(document.tree);
    sealText(document.seal);
  }
}
