import type { S3Client } from '@aws-sdk/client-s3';
import { PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import type { AuditEvent } from '../../contracts/storage/audit-event';
import { auditEventKey } from '../../contracts/storage/table-keys';
import type { EventArchive } from '../../domain/audit/event-archive';

const PRECONDITION_FAILED = 412;

/** An object for each event, `<chain>/<sequence>.jsonl`. How long it is locked is the bucket's own rule. */
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
      // A change that comes again leaves no second version, which would be locked as the first one is.
      IfNoneMatch: '*',
    });
    try {
      await this.#client.send(put);
    } catch (error) {
      const isThere = error instanceof S3ServiceException && error.$metadata.httpStatusCode === PRECONDITION_FAILED;
      if (!isThere) throw error;
    }
  }
}
