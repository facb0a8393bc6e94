import { verify } from 'node:crypto';
import { z } from 'zod';
import { BALANCE_POLICIES } from '../../../contracts/deployment/erasure-settings';
import { BALANCE_OUTCOMES } from '../../../contracts/storage/erasure';
import { erasureIdSchema } from '../../../contracts/storage/ids';
import { openValue } from '../../../contracts/storage/open-values';
import { canonicalJson } from '../../audit/canonical-json';
import { keyIdOf } from '../../receipts/receipt-keys';
import type { ReceiptSigner } from '../../receipts/receipt-signer';
import type { PublicKeys } from '../../receipts/verify-signature';

export const CERTIFICATE_FORMAT = 'tollgate-erasure-certificate';

/** The content of a certificate, which names neither the account nor the person. */
const contentSchema = z.object({
  format: z.literal(CERTIFICATE_FORMAT),
  version: z.int().positive(),
  /** The erasure's ID, which only the people who were told know. */
  erasureId: erasureIdSchema,
  /** Names the deployment. */
  deployment: z.string(),
  subject: openValue(['account', 'person']),
  requestedAt: z.iso.datetime(),
  /** When nothing was found any more. */
  erasedAt: z.iso.datetime(),
  /** From this time on, no backup has the data either. */
  backupsEndBy: z.iso.datetime(),
  balancePolicy: openValue(BALANCE_POLICIES),
  balanceOutcome: openValue(BALANCE_OUTCOMES),
  /** The records that are kept, as the law demands: a word for each. */
  kept: z.array(z.string()),
  /** From this time on, the deployment does not have the certificate any more. */
  endsAt: z.iso.datetime(),
  keyId: z.string(),
});
export type CertificateContent = Readonly<z.infer<typeof contentSchema>>;

/** A signed certificate. A later release may add fields to its content, and they are signed too. */
export const certificateSchema = z.object({
  certificate: z.looseObject(contentSchema.shape),
  /** The ECDSA signature (P-256, SHA-256, DER) of the certificate as canonical JSON, in base64. */
  signature: z.string(),
});
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
