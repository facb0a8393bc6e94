import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Seal } from '../../contracts/storage/receipt';
import { keyIdOf } from './receipt-keys';
import { sealText } from './seal';

/** By key id. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

const PEM_END = '-----END PUBLIC KEY-----';
const PEM = /-----BEGIN PUBLIC KEY-----[^-]+/g;

/** @throws Error when the text has no public key, or one that is none */
export function readPublicKeys(text: string): PublicKeys {
  const keys = (text.match(PEM) ?? []).map((pem) => createPublicKey(pem + PEM_END));
  if (keys.length === 0) throw new Error('There is no public key in it.');
  return new Map(keys.map((key) => [keyIdOf(key.export({ format: 'der', type: 'spki' })), key]));
}

/** What is wrong with a seal's signature, if anything. */
export function signatureFault(seal: Seal, signature: string, keys: PublicKeys): string | undefined {
  const key = keys.get(seal.keyId);
  if (key === undefined) return `is signed by the key ${seal.keyId.slice(0, 16)}…, which is not published`;
  const isSigned = verify('sha256', Buffer.from(sealText(seal)), key, Buffer.from(signature, 'base64'));
  return isSigned ? undefined : 'has a signature that is not of its key';
}
