import { DeleteObjectsCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ErasableFiles } from '../../domain/privacy/erasure/ports';

/** The files of exports in a bucket with versions. A file is gone when its last version and its marker are. */
export class S3ErasableFiles implements ErasableFiles {
  readonly #client: Pick<S3Client, 'send'>;
  readonly #bucket: string;

  constructor({ client, bucket }: { readonly client: Pick<S3Client, 'send'>; readonly bucket: string }) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async removeSome(ownerId: string): Promise<boolean> {
    const { objects, hasMore } = await this.#versions(ownerId);
    if (objects.length > 0) {
      const Delete = { Objects: [...objects], Quiet: true };
      const { Errors = [] } = await this.#client.send(new DeleteObjectsCommand({ Bucket: this.#bucket, Delete }));
      if (Errors.length > 0) throw new Error('S3 did not delete every version of the files');
    }
    return !hasMore;
  }

  async hasAny(ownerId: string): Promise<boolean> {
    return (await this.#versions(ownerId)).objects.length > 0;
  }

  async #versions(ownerId: string) {
    // The slash keeps an ID from being the beginning of another one.
    const list = new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: `${ownerId}/` });
    const { Versions = [], DeleteMarkers = [], IsTruncated = false } = await this.#client.send(list);
    const objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    return { objects, hasMore: IsTruncated };
  }
}
