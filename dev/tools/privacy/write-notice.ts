/** `npm run privacy-notice`: prints the privacy notice of the configuration in tollgate.config.ts. */
import { ConfigInvalid, parseConfig } from '../../../lib/config';
import { importConfigFile } from '../../../lib/config-file';
import { print } from '../../print';
import { privacyNotice } from './notice';

try {
  const config = parseConfig((await importConfigFile()) ?? {});
  print(
    privacyNotice(config, {
      title: 'Privacy notice',
      origin: `Written by \`npm run privacy-notice\` from the configuration of the stage ${config.stage}.`,
    }),
  );
} catch (error) {
  if (!(error instanceof ConfigInvalid)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
