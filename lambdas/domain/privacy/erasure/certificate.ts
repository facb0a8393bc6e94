import { verify } from 'node:crypto';
import type { z } from 'zod';
import {
  CERTIFICATE_FORMAT,
  type certificateContentSchema,
  type certificateSchema,
} from '../../../contracts/http/erasures';
import { canonicalJson } from '../../audit/canonical-json';
import { keyIdOf } from '../../receipts/receipt-keys';
import type { ReceiptSigner } from '../../receipts/receipt-signer';
import type { PublicKeys } from '../../receipts/verify-signature';

export type CertificateContent = Readonly<z.infer<typeof certificateContentSchema>>;
export type Certificate = Readonly<z.infer<typeof certificateSchema>>;

/** The text that is signed. It covers the fields of later releases too. */
const textOf = (certificate: object): string =>
  canonicalJson(JSON.parse(JSON.stringify(certificate)) as Parameters<typeof canonicalJson>[0]);

export async function signCertificate(
  signer: ReceiptSigner,
  content: Omit<CertificateContent, 'format' | 'version' | 'keyId'>,
): Promise<Certificate> {
  const keyId = keyIdOf(await signer.publicKey());
  const certificate = { format: CERTIFICATE_FORMAT, version: 1, ...content, keyId } as const;
  const signature = await signer.sign(Buffer.from(textOf(certificate)));
  return { certificate, signature: Buffer.from(signature).toString('base64') };
}

/** @returns a description of the fault; undefined if the certificate is valid */
export function certificateFault({ certificate, signature }: Certificate, keys: PublicKeys): string | undefined {
  const key = keys.get(certificate.keyId);
  if (key === undefined) {
    return `is signed by the key ${certificate.keyId.slice(0, 16)}…, which is not among the given keys`;
  }
  const text = Buffer.from(textOf(certificate));
  const isValid = verify('sha256', text, key, Buffer.from(signature, 'base64'));
  return isValid ? undefined : 'has a signature that does not match its content';
}
