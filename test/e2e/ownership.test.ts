import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSilentServer } from 'node:net';
import { askOwner } from '../../dev/local/folder/control-client';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { findOwner, FolderInUse, FolderOwnership } from '../../dev/local/folder/ownership';
import { temporaryFolder } from './temporary-folder';

let folder: DataFolder;
beforeEach(() => {
  folder = new DataFolder(temporaryFolder());
});
afterEach(() => rmSync(folder.path, { recursive: true }));

const acquire = () => FolderOwnership.acquire(folder, 'gateway');

/** The lock of a process that is gone: nobody listens at its port. */
async function leaveDeadLock(): Promise<void> {
  await (await acquire()).release();
}

describe('a data folder', () => {
  test('has one owner at a time', async () => {
    const owner = await acquire();
    await expect(acquire()).rejects.toThrow(FolderInUse);
    await owner.release();
    await (await acquire()).release();
  });

  test.each([0, 1, 3])('has one owner when many race for it after %i that are gone', async (dead) => {
    for (let lock = 0; lock < dead; lock += 1) await leaveDeadLock();
    for (let round = 0; round < 10; round += 1) {
      const results = await Promise.allSettled(Array.from({ length: 8 }, acquire));
      const owners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      expect(owners).toHaveLength(1);
      for (const refusal of refusals) expect(refusal).toBeInstanceOf(FolderInUse);
      expect(readdirSync(folder.path)).toHaveLength(1);
      await owners[0]?.release();
    }
  });

  test('that a command owns is waited for by a gateway', async () => {
    const command = await FolderOwnership.acquire(folder, 'command');
    const gateway = acquire();
    await expect(FolderOwnership.acquire(folder, 'command')).rejects.toThrow('a running command');
    await command.release();
    await (await gateway).release();
  });

  test('whose owner’s port has gone to another program is free', async () => {
    await leaveDeadLock();
    const [lock = ''] = readdirSync(folder.path);
    const stranger = createServer((_request, response) => void response.end('{"id":"stranger"}'));
    await listenAs(stranger, lock);
    const owner = await acquire();
    await owner.release();
    stranger.close();
  });

  test('whose lock nobody can read is free', async () => {
    writeFileSync(folder.file('lock.1'), 'half of a li');
    await (await acquire()).release();
  });

  test('whose owner is stopped is not taken from it', async () => {
    await leaveDeadLock();
    const [lock = ''] = readdirSync(folder.path);
    const silent = createSilentServer((socket) => socket.on('error', () => undefined));
    await listenAs(silent as unknown as Server, lock);
    await expect(acquire()).rejects.toThrow('does not answer');
    silent.close();
  });

  /** Puts a server where the lock says that its owner is. */
  async function listenAs(server: Server, lock: string): Promise<void> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    folder.replace(lock, JSON.stringify({ ...(JSON.parse(folder.read(lock) ?? '') as object), port }));
  }
});

describe('an owner', () => {
  test('runs commands only for who knows its token, and only while it serves', async () => {
    const ownership = await acquire();
    const owner = await findOwner(folder);
    if (owner === undefined) throw new Error('no owner');
    expect(await askOwner(owner, { a: 1 })).toBeUndefined();
    ownership.serve((request) => Promise.resolve({ echo: request }));
    expect(await askOwner(owner, { a: 1 })).toEqual({ echo: { a: 1 } });
    const stranger = await fetch(`http://127.0.0.1:${owner.port}/`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: 'Bearer x' },
    });
    expect(stranger.status).toBe(401);
    await ownership.drain();
    expect(await askOwner(owner, { a: 1 })).toBeUndefined();
    await ownership.release();
    expect(await findOwner(folder)).toBeUndefined();
  });
});
