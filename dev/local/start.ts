/** `npm start`: runs the gateway on this machine until Ctrl-C. */
import { StdoutLog } from '../../lambdas/adapters/stdout-log';
import { type LocalGateway, startLocalGateway } from './gateway/local-gateway';
import { welcome } from './gateway/welcome';
import { print, printError } from '../print';
import { readSettings, type Settings } from './settings';

async function main(): Promise<void> {
  const settings = readSettings();
  const log = new StdoutLog((line) => printError(line.trimEnd()));
  const gateway = await startLocalGateway(settings, log).catch((error: unknown) => {
    throw explain(error, settings);
  });
  stopOnSignal(gateway);
  print(await welcome(gateway));
}

/** The first signal stops in order; a second one leaves the rest to the next start. */
function stopOnSignal(gateway: LocalGateway): void {
  let isStopping = false;
  const onSignal = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    print('Stopping: settling what is in flight.');
    gateway.stop().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

function explain(error: unknown, { port }: Settings): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new Error(`The port ${port} is in use; PORT names another.`);
  if (code === 'EACCES' && port > 0 && port < 1024)
    return new Error(`The port ${port} needs privileges; PORT names another.`);
  return error;
}

function fail(error: unknown): void {
  printError(error instanceof Error ? error.message : 'The gateway failed.');
  process.exit(1);
}

main().catch(fail);
