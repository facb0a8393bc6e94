import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ExportFiles } from '../../domain/privacy/export/ports';

/** S3 wants at least 5 MiB for each part but the last. */
const PART_BYTES = 8 * 1024 * 1024;

/**
 * Uploads the files of exports part by part, so that a function keeps no more than one part in memory. The bucket removes
 * parts whose upload was neither completed nor aborted.
 */
export class S3ExportFiles implements ExportFiles {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor({ client, bucket }: { readonly client: S3Client; readonly bucket: string }) {
    this.#client = client;
    this.#bucket = bucket;
  }

  create(path: string): WritableStream<Uint8Array> {
    const upload = new Upload(this.#client, { Bucket: this.#bucket, Key: path });
    return new WritableStream<Uint8Array>({
      write: (chunk) => upload.write(chunk),
      close: () => upload.complete(),
      abort: () => upload.abort(),
    });
  }

  async remove(path: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: path }));
  }
}

interface ObjectName {
  readonly Bucket: string;
  readonly Key: string;
}

class Upload {
  readonly #client: S3Client;
  readonly #name: ObjectName;
  readonly #parts: CompletedPart[] = [];
  #id: string | undefined;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(client: S3Client, name: ObjectName) {
    this.#client = client;
    this.#name = name;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes >= PART_BYTES) await this.#send();
  }

  async complete(): Promise<void> {
    if (this.#bytes > 0) await this.#send();
    const complete = { ...this.#name, UploadId: this.#id, MultipartUpload: { Parts: this.#parts } };
    await this.#client.send(new CompleteMultipartUploadCommand(complete));
  }

  async abort(): Promise<void> {
    if (this.#id === undefined) return;
    await this.#client.send(new AbortMultipartUploadCommand({ ...this.#name, UploadId: this.#id }));
  }

  async #send(): Promise<void> {
    const Body = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    this.#id ??= await this.#begin();
    const PartNumber = this.#parts.length + 1;
    const part = new UploadPartCommand({ ...this.#name, UploadId: this.#id, PartNumber, Body });
    const { ETag } = await this.#client.send(part);
    this.#parts.push({ PartNumber, ETag });
  }

  async #begin(): Promise<string> {
    const create = new CreateMultipartUploadCommand({ ...this.#name, ContentType: 'application/zip' });
    const { UploadId } = await this.#client.send(create);
    if (UploadId === undefined) throw new Error('S3 has begun an upload without an ID');
    return UploadId;
  }
}
