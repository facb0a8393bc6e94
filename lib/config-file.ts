import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigInvalid } from './config';

/** Beside cdk.json; tollgate.config.example.ts is one to copy. */
const CONFIG_FILE = 'tollgate.config.ts';

/**
 * What the configuration file exports as `config`; `undefined` where there is no file.
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
