import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { AwsV4Signer } from 'aws4fetch';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const REGION = 'eu-central-1';
/** S3 refuses smaller parts, unless they are the last. */
const PART_BYTES_MIN = 5 * 1024 * 1024;
const SECOND_MS = 1_000;

interface Upload {
  readonly path: string;
  readonly parts: Map<number, Buffer>;
}

/** The parts of S3 that exports rely on: uploads in parts, deletions, and downloads by signed links. */
export class S3StandIn {
  /** Objects by `/<bucket>/<key>`. */
  readonly objects = new Map<string, Buffer>();
  readonly uploads = new Map<string, Upload>();
  /** Each request, as its method and its kind. */
  readonly asked: string[] = [];
  /** Answers to the next requests of a kind instead of the usual ones. */
  readonly failures: { readonly kind: string; readonly status: number; readonly body: string }[] = [];
  /** Epoch milliseconds. */
  now = Date.parse('2026-11-20T10:00:00.000Z');
  #uploads = 0;
  readonly #server: Server = createServer((request, response) => {
    this.#answer(request, response).catch(() => request.socket.destroy());
  });

  /** Settings of a client that talks to it. */
  async listen() {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return { endpoint, forcePathStyle: true, region: REGION, credentials: CREDENTIALS };
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const url = new URL(request.url ?? '', `http://${request.headers.host}`);
    const kind = kindOf(request.method ?? '', url.searchParams);
    this.asked.push(kind);
    const failure = this.failures.findIndex((each) => each.kind === kind);
    if (failure !== -1) {
      const [{ status, body: text } = { status: 500, body: '' }] = this.failures.splice(failure, 1);
      return void response.writeHead(status).end(text);
    }
    if (kind === 'download') return this.#download(url, response);
    const isSigned = request.headers.authorization?.startsWith(
      `AWS4-HMAC-SHA256 Credential=${CREDENTIALS.accessKeyId}/`,
    );
    if (isSigned !== true) return void response.writeHead(403).end();
    const path = decodeURIComponent(url.pathname);
    const upload = this.uploads.get(url.searchParams.get('uploadId') ?? '');
    switch (kind) {
      case 'begin': {
        const id = `upload-${(this.#uploads += 1)}`;
        this.uploads.set(id, { path, parts: new Map() });
        return void response.end(
          `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
        );
      }
      case 'part': {
        const number = Number(url.searchParams.get('partNumber'));
        if (upload?.path !== path) return void response.writeHead(404).end();
        upload.parts.set(number, withoutChunks(request, body));
        return void response.setHeader('etag', `"${number}"`).end();
      }
      case 'complete':
        this.#complete(url, body.toString(), response);
        return;
      case 'abort':
        this.uploads.delete(url.searchParams.get('uploadId') ?? '');
        return void response.writeHead(204).end();
      case 'delete':
        this.objects.delete(path);
        return void response.writeHead(204).end();
      default:
        return void response.writeHead(405).end();
    }
  }

  /** Joins the parts that the request lists, in its order. */
  #complete(url: URL, body: string, response: ServerResponse): void {
    const id = url.searchParams.get('uploadId') ?? '';
    const upload = this.uploads.get(id);
    const numbers = [...body.matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => Number(number));
    const parts = numbers.map((number) => upload?.parts.get(number));
    const isLarge = parts.slice(0, -1).every((part) => (part?.length ?? 0) >= PART_BYTES_MIN);
    if (upload === undefined || parts.length === 0 || parts.includes(undefined) || !isLarge)
      return void response.writeHead(400).end('<Error><Code>InvalidPart</Code><Message>InvalidPart</Message></Error>');
    this.objects.set(upload.path, Buffer.concat(parts as Buffer[]));
    this.uploads.delete(id);
    response.end('<CompleteMultipartUploadResult><ETag>"1"</ETag></CompleteMultipartUploadResult>');
  }

  /** Serves an object to a signed link that has not expired, with the headers that the link asks for. */
  async #download(url: URL, response: ServerResponse): Promise<void> {
    const [date, seconds] = [url.searchParams.get('X-Amz-Date') ?? '', url.searchParams.get('X-Amz-Expires')];
    const until =
      Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5')) + Number(seconds) * SECOND_MS;
    const signature = url.searchParams.get('X-Amz-Signature');
    if (signature !== (await signatureOf(url, date)) || !(this.now < until)) return void response.writeHead(403).end();
    const object = this.objects.get(decodeURIComponent(url.pathname));
    response.writeHead(object ? 200 : 404, {
      'content-disposition': url.searchParams.get('response-content-disposition') ?? '',
      'cache-control': url.searchParams.get('response-cache-control') ?? '',
    });
    response.end(object);
  }
}

function kindOf(method: string, query: URLSearchParams): string {
  if (method === 'GET') return 'download';
  if (method === 'PUT' && query.has('partNumber')) return 'part';
  if (method === 'POST') return query.has('uploadId') ? 'complete' : 'begin';
  if (method === 'DELETE') return query.has('uploadId') ? 'abort' : 'delete';
  return 'other';
}

/** The signature that the link must have, by another implementation than the adapter's. */
async function signatureOf(signed: URL, datetime: string): Promise<string | null> {
  const url = new URL(signed);
  url.searchParams.delete('X-Amz-Signature');
  const signer = new AwsV4Signer({
    ...CREDENTIALS,
    url: url.href,
    service: 's3',
    region: REGION,
    datetime,
    signQuery: true,
  });
  return (await signer.sign()).url.searchParams.get('X-Amz-Signature');
}

/** The body without the framing with which the SDK sends a checksum behind it. */
function withoutChunks({ headers }: IncomingMessage, body: Buffer): Buffer {
  if (headers['content-encoding'] !== 'aws-chunked') return body;
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
