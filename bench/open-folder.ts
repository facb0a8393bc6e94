import { DataFolder } from '../dev/local/folder/data-folder';
import { FolderOwnership } from '../dev/local/folder/ownership';
import { type LocalServices, openLocalServices } from '../dev/local/gateway/local-services';
import type { Clock } from '../lambdas/domain/clock';

/**
 * Opens a data folder that no gateway runs on, and creates it if needed.
 * @throws FolderInUse when another process owns it
 */
export async function withFolder<Result>(
  path: string,
  work: (services: LocalServices, folder: DataFolder) => Promise<Result>,
  clock?: Clock,
): Promise<Result> {
  const folder = new DataFolder(path);
  folder.create();
  const ownership = await FolderOwnership.acquire(folder, 'command');
  try {
    const services = await openLocalServices(folder, { ...(clock && { clock }) });
    try {
      return await work(services, folder);
    } finally {
      await services.close();
    }
  } finally {
    await ownership.release();
  }
}
