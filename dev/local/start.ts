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
    throw withAdvice(error, settings);
  });
  stopOnSignal(gateway);
  print(await welcome(gateway));
}

/** The first signal stops the gateway in order. A second one exits at once, and the next start cleans up. */
function stopOnSignal(gateway: LocalGateway): void {
  let isStopping = false;
  const onSignal = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    print('Stopping: settling the running requests.');
    gateway.stop().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

function withAdvice(error: unknown, { port }: Settings): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new Error(`Port ${port} is already in use: set PORT to another one.`);
  if (code === 'EACCES' && port > 0 && port < 1024)
    return new Error(`Port ${port} requires privileges: set PORT to one above 1023.`);
  return error;
}

function fail(error: unknown): void {
  printError(error instanceof Error ? error.message : 'The gateway failed.');
  process.exit(1);
}

main().catch(fail);
