/** Opens the store of a data folder as the gateway does, `node open-store.js <folder>`, and reports how long it took. */
import { DataFolder } from '../dev/local/folder/data-folder';
import { openLocalServices } from '../dev/local/gateway/local-services';
import { residentMebibytes } from './process-stats';

export interface OpenedStore {
  readonly openMs: number;
  /** The memory of a process with nothing but the store. */
  readonly residentMebibytes: number;
}

const folder = new DataFolder(process.argv[2] ?? '');
const startedAt = performance.now();
const services = await openLocalServices(folder);
const openMs = performance.now() - startedAt;
const opened: OpenedStore = { openMs, residentMebibytes: residentMebibytes(process.pid) };
process.send?.(opened, () => {
  void services.close().then(() => process.disconnect());
});
