import type { DataStore } from 'cognito-local/lib/services/dataStore/dataStore.js';
import type { DataStoreFactory } from 'cognito-local/lib/services/dataStore/factory.js';
import type { DataFolder } from '../folder/data-folder';

interface Values {
  [name: string]: unknown;
}

/** Stores cognito-local's pools and clients in one file each, replaced atomically so that a kill leaves it intact. */
export class FolderDataStores implements DataStoreFactory {
  private readonly folder: DataFolder;

  constructor(folder: DataFolder) {
    this.folder = folder;
  }

  async create(_context: unknown, id: string, defaults: object): Promise<DataStore> {
    const file = `${id}.json`;
    const values = { ...defaults, ...(JSON.parse(this.folder.read(file) ?? '{}') as Values) };
    const store = new FolderDataStore(values, (text) => this.folder.replace(file, text));
    store.save();
    return store;
  }
}

class FolderDataStore implements DataStore {
  private readonly values: Values;
  private readonly write: (text: string) => void;

  constructor(values: Values, write: (text: string) => void) {
    this.values = values;
    this.write = write;
  }

  async get<T>(_context: unknown, key: string | string[], defaultValue: T | null = null): Promise<T> {
    const { parent, name } = this.find(key);
    return (Object.hasOwn(parent, name) ? parent[name] : defaultValue) as T;
  }

  async getRoot(): Promise<never> {
    return this.values as never;
  }

  async set(_context: unknown, key: string | string[], value: unknown): Promise<void> {
    const { parent, name } = this.find(key);
    parent[name] = value;
    this.save();
  }

  async delete(_context: unknown, key: string | string[]): Promise<void> {
    const { parent, name } = this.find(key);
    Reflect.deleteProperty(parent, name);
    this.save();
  }

  save(): void {
    this.write(`${JSON.stringify(this.values, null, 2)}\n`);
  }

  /** Finds the object that contains the last name of the path, creating missing ones on the way. */
  private find(key: string | string[]): { readonly parent: Values; readonly name: string } {
    const path = Array.isArray(key) ? key : [key];
    let parent = this.values;
    for (const step of path.slice(0, -1)) {
      if (!Object.hasOwn(parent, step)) parent[step] = {};
      parent = parent[step] as Values;
    }
    return { parent, name: path.at(-1) ?? '' };
  }
}
