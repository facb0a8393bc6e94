import { App } from 'aws-cdk-lib';
import { ConfigInvalid, readConfig } from '../lib/config';
import { addTollgate } from '../lib/tollgate';

const app = new App();
try {
  addTollgate(app, readConfig(app.node));
} catch (error) {
  if (!(error instanceof ConfigInvalid)) throw error;
  // The sentence alone: a stack trace would hide it.
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
