/** Synthesizes each configuration into its own folder, below the folder that the argument names. */
import { join } from 'node:path';
import { parseConfig } from '../../lib/config';
import { addTollgate } from '../../lib/tollgate';
import { CONFIGURATIONS } from './configurations';
import { testApp } from './test-app';

const [folder = '.'] = process.argv.slice(2);
for (const [name, configuration] of Object.entries(CONFIGURATIONS)) {
  const app = testApp(join(folder, name));
  addTollgate(app, parseConfig(configuration));
  app.synth();
}
