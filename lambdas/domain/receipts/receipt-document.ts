import { z } from 'zod';
import { receiptLineSchema, receiptProofSchema, treeLineSchema } from '../../contracts/storage/receipt';

const documentSchema = z.union([receiptProofSchema, treeLineSchema, receiptLineSchema]);

/** A line of an export, or one answer of the API. */
export type ReceiptDocument = z.infer<typeof documentSchema>;

/** What stands where in a file; a document that is none of ours has no value. */
export interface PlacedDocument {
  /** Lines from 1; of a file that is one document, 1. */
  readonly line: number;
  readonly document: ReceiptDocument | undefined;
}

/** A file of JSON lines, or of one JSON document. */
export function readDocuments(text: string): PlacedDocument[] {
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
    return documentSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
