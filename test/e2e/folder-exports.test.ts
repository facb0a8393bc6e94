import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { FolderExports } from '../../dev/local/privacy/folder-exports';
import { temporaryFolder } from './temporary-folder';

const PATH = 'acc_01JD0000000000000000000001/exp_01JD0000000000000000000001/001-0123456789abcdef.zip';
const NAME = 'exp_01JD0000000000000000000001.zip';

test('a link to a file of an export ends after five minutes', async () => {
  const folder = new DataFolder(temporaryFolder());
  const state = { now: Date.parse('2026-11-20T10:00:00.000Z'), origin: '' };
  const shared = { folder, clock: () => state.now };
  const exports = new FolderExports({ ...shared, secret: Buffer.alloc(32, 1), origin: () => state.origin });
  const server = createServer((request, response) => void exports.answer(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  state.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const writer = exports.create(PATH).getWriter();
  await writer.write(Buffer.from('archive'));
  await writer.close();
  const { url, expiresAt } = await exports.sign({ path: PATH, name: NAME });
  expect(expiresAt).toBe('2026-11-20T10:05:00.000Z');
  state.now += 299_999;
  expect(await (await fetch(url)).text()).toBe('archive');
  state.now += 1;
  expect((await fetch(url)).status).toBe(403);
  server.close();
  rmSync(folder.path, { recursive: true });
});
