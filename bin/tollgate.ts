import { App } from 'aws-cdk-lib';
import { ConfigInvalid, readConfig } from '../lib/config';
import { importConfigFile } from '../lib/config-file';
import { requireRules } from '../lib/compliance/rule-packs';
import { addTollgate } from '../lib/tollgate';

const app = new App();
try {
  addTollgate(app, readConfig(app.node, { file: await importConfigFile() }));
  requireRules(app);
} catch (error) {
  if (!(error instanceof ConfigInvalid)) throw error;
  // Print only the message, because a stack trace would hide it.
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
