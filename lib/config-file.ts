import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigInvalid } from './config';

/** In the folder of cdk.json; copy tollgate.config.example.ts to create one. */
const CONFIG_FILE = 'tollgate.config.ts';

/**
 * Returns what the configuration file exports as `config`, or `undefined` if there is no file.
 *
 * @throws ConfigInvalid
 */
export async function importConfigFile(): Promise<unknown> {
  const path = resolve(CONFIG_FILE);
  if (!existsSync(path)) return undefined;
  const exported = (await import(pathToFileURL(path).href)) as { readonly config?: unknown };
  if (exported.config === undefined) throw new ConfigInvalid(`${CONFIG_FILE}: must export its settings as config.`);
  return exported.config;
}
