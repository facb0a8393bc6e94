import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSilentServer } from 'node:net';
import { sendCommand } from '../../dev/local/folder/control-client';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { findOwner, FolderInUse, FolderOwnership } from '../../dev/local/folder/ownership';
import { temporaryFolder } from './temporary-folder';

let folder: DataFolder;
beforeEach(() => {
  folder = new DataFolder(temporaryFolder());
});
afterEach(() => rmSync(folder.path, { recursive: true }));

const acquire = () => FolderOwnership.acquire(folder, 'gateway');

/** Leaves the lock of a process that has exited, whose port is closed. */
async function leaveDeadLock(): Promise<void> {
  await (await acquire()).release();
}

describe('a data folder', () => {
  test('a data folder has one owner at a time', async () => {
    const owner = await acquire();
    await expect(acquire()).rejects.toThrow(FolderInUse);
    await owner.release();
    await (await acquire()).release();
  });

  test.each([0, 1, 3])(
    'exactly one of many processes that race for a folder with %i dead owners gets it',
    async (dead) => {
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
    },
  );

  test('a gateway waits for a command that owns the folder', async () => {
    const command = await FolderOwnership.acquire(folder, 'command');
    const gateway = acquire();
    await expect(FolderOwnership.acquire(folder, 'command')).rejects.toThrow('a running command');
    await command.release();
    await (await gateway).release();
  });

  test('a folder is free when another program has taken its owner’s port', async () => {
    await leaveDeadLock();
    const [lock = ''] = readdirSync(folder.path);
    const otherProgram = createServer((_request, response) => void response.end('{"id":"otherProgram"}'));
    await listenAs(otherProgram, lock);
    const owner = await acquire();
    await owner.release();
    otherProgram.close();
  });

  test('a folder with an unreadable lock is free', async () => {
    writeFileSync(folder.file('lock.1'), 'half of a li');
    await (await acquire()).release();
  });

  test('a folder is not taken from an owner that is suspended', async () => {
    await leaveDeadLock();
    const [lock = ''] = readdirSync(folder.path);
    const silent = createSilentServer((socket) => socket.on('error', () => undefined));
    await listenAs(silent as unknown as Server, lock);
    await expect(acquire()).rejects.toThrow('does not respond');
    silent.close();
  });

  /** Starts a server and makes the lock point to its port. */
  async function listenAs(server: Server, lock: string): Promise<void> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    folder.replace(lock, JSON.stringify({ ...(JSON.parse(folder.read(lock) ?? '') as object), port }));
  }
});

describe('an owner', () => {
  test('an owner runs commands only for callers with its token, and only while it serves', async () => {
    const ownership = await acquire();
    const owner = await findOwner(folder);
    if (owner === undefined) throw new Error('no owner');
    expect(await sendCommand(owner, { a: 1 })).toBeUndefined();
    ownership.serve((request) => Promise.resolve({ echo: request }));
    expect(await sendCommand(owner, { a: 1 })).toEqual({ echo: { a: 1 } });
    const unauthorized = await fetch(`http://127.0.0.1:${owner.port}/`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: 'Bearer x' },
    });
    expect(unauthorized.status).toBe(401);
    await ownership.drain();
    expect(await sendCommand(owner, { a: 1 })).toBeUndefined();
    await ownership.release();
    expect(await findOwner(folder)).toBeUndefined();
  });
});
