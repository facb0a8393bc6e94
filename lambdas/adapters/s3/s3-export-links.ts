import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Clock, SECOND_MS } from '../../domain/clock';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import type { ExportLink, ExportLinks } from '../../domain/privacy/export/ports';

/** A link is used at once: a later download asks for a new one. */
export const LINK_SECONDS = 300;

/** Signs links to the objects of the export bucket. */
export class S3ExportLinks implements ExportLinks {
  readonly #options: { readonly client: S3Client; readonly bucket: string; readonly clock: Clock };

  constructor(options: { readonly client: S3Client; readonly bucket: string; readonly clock: Clock }) {
    this.#options = options;
  }

  async sign({ path, name }: { readonly path: string; readonly name: string }): Promise<ExportLink> {
    const { client, bucket, clock } = this.#options;
    const get = new GetObjectCommand({
      Bucket: bucket,
      Key: path,
      ResponseContentDisposition: `attachment; filename="${name}"`,
      ResponseCacheControl: 'no-store',
    });
    const now = clock();
    const url = await getSignedUrl(client, get, { expiresIn: LINK_SECONDS, signingDate: new Date(now) });
    return { url, expiresAt: isoTime(now + LINK_SECONDS * SECOND_MS) };
  }
}
