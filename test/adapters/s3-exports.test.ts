import { S3Client } from '@aws-sdk/client-s3';
import { S3ExportFiles } from '../../lambdas/adapters/s3/s3-export-files';
import { S3ExportLinks } from '../../lambdas/adapters/s3/s3-export-links';
import { S3StandIn } from './s3-stand-in';

const MIB = 1024 * 1024;
const PATH = 'acc_01JD0000000000000000000001/exp_01JD0000000000000000000001/001-0123456789abcdef.zip';
const OBJECT = `/exports/${PATH}`;
const NAME = 'exp_01JD0000000000000000000001.zip';

let s3: S3StandIn;
let client: S3Client;
let files: S3ExportFiles;
let links: S3ExportLinks;
beforeEach(async () => {
  s3 = new S3StandIn();
  client = new S3Client({ ...(await s3.listen()), maxAttempts: 2 });
  files = new S3ExportFiles({ client, bucket: 'exports' });
  links = new S3ExportLinks({ client, bucket: 'exports', clock: () => s3.now });
});
afterEach(() => {
  client.destroy();
  s3.close();
});

/** Bytes that differ from part to part. */
const chunksOf = (mebibytes: number): readonly Buffer[] =>
  Array.from({ length: mebibytes }, (_, number) => Buffer.alloc(MIB, number + 1));

async function store(chunks: readonly Buffer[]): Promise<void> {
  const writer = files.create(PATH).getWriter();
  for (const chunk of chunks) await writer.write(chunk);
  await writer.close();
}

test('a file of an export is uploaded in parts that S3 accepts, and exists when it is whole', async () => {
  const chunks = chunksOf(19);
  const writer = files.create(PATH).getWriter();
  for (const chunk of chunks) await writer.write(chunk);
  expect([...s3.objects]).toEqual([]);
  await writer.close();
  expect(s3.asked).toEqual(['begin', 'part', 'part', 'part', 'complete']);
  expect(s3.objects.get(OBJECT)?.equals(Buffer.concat(chunks))).toBe(true);
});

test('a part of an export that S3 does not take at once is sent again', async () => {
  s3.failures.push({ kind: 'part', status: 503, body: '' });
  await store(chunksOf(1));
  expect(s3.objects.get(OBJECT)).toHaveLength(MIB);
});

test('an export that is given up leaves neither a file nor parts', async () => {
  const writer = files.create(PATH).getWriter();
  for (const chunk of chunksOf(9)) await writer.write(chunk);
  expect(s3.uploads.size).toBe(1);
  await writer.abort(new Error('given up'));
  expect([s3.uploads.size, s3.objects.size]).toEqual([0, 0]);
  await files.create(PATH).abort(new Error('before the first part'));
  expect(s3.asked.filter((kind) => kind === 'begin')).toHaveLength(1);
});

test('a file of an export whose upload S3 does not complete is an error', async () => {
  s3.failures.push({
    kind: 'complete',
    status: 400,
    body: '<Error><Code>InvalidPart</Code><Message>InvalidPart</Message></Error>',
  });
  await expect(store(chunksOf(1))).rejects.toThrow('InvalidPart');
  expect(s3.objects.size).toBe(0);
});

test('a completion that S3 refuses after it has answered 200 is an error', async () => {
  const refused = {
    kind: 'complete',
    status: 200,
    body: '<Error><Code>InternalError</Code><Message>InternalError</Message></Error>',
  };
  s3.failures.push(refused, refused);
  await expect(store(chunksOf(1))).rejects.toThrow('InternalError');
  expect(s3.objects.size).toBe(0);
});

test('a file of an export is removed, and removing it again has no effect', async () => {
  await store(chunksOf(1));
  await files.remove(PATH);
  await files.remove(PATH);
  expect(s3.objects.size).toBe(0);
});

test('a signed link downloads one file under its name for five minutes', async () => {
  await store([Buffer.from('archive')]);
  const { url, expiresAt } = await links.sign({ path: PATH, name: NAME });
  expect(expiresAt).toBe('2026-11-20T10:05:00.000Z');
  s3.now += 299_000;
  const response = await fetch(url);
  expect([response.status, await response.text()]).toEqual([200, 'archive']);
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${NAME}"`);
  expect(response.headers.get('cache-control')).toBe('no-store');
  s3.now += 1_000;
  expect((await fetch(url)).status).toBe(403);
});

test('a signed link that was changed leads to no file', async () => {
  await store([Buffer.from('archive')]);
  const { url } = await links.sign({ path: PATH, name: NAME });
  const forged = [
    url.replace('001-', '002-'),
    url.replace('X-Amz-Expires=300', 'X-Amz-Expires=3000'),
    url.replace('.zip%22', '.exe%22'),
    url.split('?')[0] ?? '',
  ];
  for (const each of forged) {
    expect(each).not.toBe(url);
    expect((await fetch(each)).status).toBe(403);
  }
  expect((await fetch(url)).status).toBe(200);
});
