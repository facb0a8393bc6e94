import { createHash } from 'node:crypto';
import type { Seal } from '../../contracts/storage/receipt';
import { sealSchema } from '../../contracts/storage/receipt';
import { canonicalText } from './canonical-text';

/** The canonical text of a seal, which is signed: for version 1, JSON without spaces, with the members in this order. */
export const sealText = (seal: Seal): string =>
  canonicalText(seal, ({ version, number, minute, size, root, previous, keyId }) => ({
    version,
    number,
    minute,
    size,
    root,
    previous,
    keyId,
  }));

export const sealHash = (seal: Seal): string => createHash('sha256').update(sealText(seal)).digest('hex');

/** A seal with its signature. */
export interface SignedSeal {
  readonly seal: Seal;
  readonly signature: Buffer;
}

/** @throws SyntaxError or ZodError when the text is not a seal */
export const parseSeal = (text: string): Seal => sealSchema.parse(JSON.parse(text));
