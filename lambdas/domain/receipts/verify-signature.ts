import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Seal } from '../../contracts/storage/receipt';
import { keyIdOf } from './receipt-keys';
import { sealText } from './seal';

/** Public keys by key ID. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

const PEM_END = '-----END PUBLIC KEY-----';
const PEM = /-----BEGIN PUBLIC KEY-----[^-]+/g;

/** @throws Error when the text contains no public key, or an invalid one */
export function readPublicKeys(text: string): PublicKeys {
  const keys = (text.match(PEM) ?? []).map((pem) => createPublicKey(pem + PEM_END));
  if (keys.length === 0) throw new Error('The file contains no public key in PEM format.');
  return new Map(keys.map((key) => [keyIdOf(key.export({ format: 'der', type: 'spki' })), key]));
}

/** @returns a description of the fault, or `undefined` if the signature is valid */
export function signatureFault(seal: Seal, signature: string, keys: PublicKeys): string | undefined {
  const key = keys.get(seal.keyId);
  if (key === undefined) return `is signed by the key ${seal.keyId.slice(0, 16)}…, which is not among the given keys`;
  const isValid = verify('sha256', Buffer.from(sealText(seal)), key, Buffer.from(signature, 'base64'));
  return isValid ? undefined : 'has a signature that does not match its key';
}
