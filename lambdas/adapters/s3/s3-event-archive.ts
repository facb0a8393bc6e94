import type { S3Client } from '@aws-sdk/client-s3';
import { PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import type { AuditEvent } from '../../contracts/storage/audit-event';
import { auditEventKey } from '../../contracts/storage/table-keys/audit';
import type { EventArchive } from '../../domain/audit/event-archive';

const PRECONDITION_FAILED = 412;

/** Writes one object per event, `<chain>/<sequence>.jsonl`. The bucket's default retention locks each object. */
export class S3EventArchive implements EventArchive {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor({ client, bucket }: { readonly client: S3Client; readonly bucket: string }) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async keep(event: AuditEvent): Promise<void> {
    const { pk, sk } = auditEventKey(event.chain, event.sequence);
    const put = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: `${pk}/${sk}.jsonl`,
      Body: `${JSON.stringify(event)}\n`,
      ContentType: 'application/jsonl',
      // A stream record can be delivered twice. Without this, the repeat would create a second version, locked like the first.
      IfNoneMatch: '*',
    });
    try {
      await this.#client.send(put);
    } catch (error) {
      const exists = error instanceof S3ServiceException && error.$metadata.httpStatusCode === PRECONDITION_FAILED;
      if (!exists) throw error;
    }
  }
}
