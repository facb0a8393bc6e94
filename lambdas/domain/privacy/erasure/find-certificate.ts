import { z } from 'zod';
import { certificateKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { certificateSchema } from '../../../contracts/http/erasures';
import type { Certificate } from './certificate';
import { CertificateNotFound } from './erasure-errors';

export const storedCertificateSchema = z.object({ certificate: z.string(), signature: z.string() });

export function decodeCertificate(item: Item): Certificate {
  const { certificate, signature } = storedCertificateSchema.parse(item);
  return certificateSchema.parse({ certificate: JSON.parse(certificate) as unknown, signature });
}

/** The certificate of an erasure that is over. @throws CertificateNotFound */
export async function findCertificate(store: TableStore, erasureId: string): Promise<Certificate> {
  const item = await store.get({ table: ACCOUNTS, key: certificateKey(erasureId) });
  if (item === undefined) throw new CertificateNotFound();
  return decodeCertificate(item);
}
