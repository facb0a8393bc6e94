import { documentFetcher } from '../../../lambdas/adapters/federation/issuer-documents';
import { OidcTokens } from '../../../lambdas/adapters/federation/oidc-tokens';
import { UndiciProviderClient } from '../../../lambdas/adapters/providers/undici-provider-client';
import { LiveCatalog } from '../../../lambdas/domain/catalog/live-catalog';
import type { Log } from '../../../lambdas/domain/log';
import { Cancellations } from '../../../lambdas/domain/data-plane/cancellations';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { byKey } from '../../../lambdas/domain/data-plane/identify-caller';
import { apiDependencies } from '../../../lambdas/handlers/control-plane/api/api-dependencies';
import { serveApi } from '../../../lambdas/handlers/control-plane/api/serve-api';
import type { Sweep } from '../../../lambdas/domain/wallet/holds/sweep';
import { commandHandler } from '../../cli/commands/run-on-folder';
import { DataFolder } from '../folder/data-folder';
import { FolderOwnership } from '../folder/ownership';
import { LocalIdentity } from '../identity/local-identity';
import { seedPeople } from '../identity/seed-people';
import { SpoolMailer } from '../mail/spool-mailer';
import type { LocalProvider, Settings } from '../settings';
import { type DemoAccount, demoAccount, writeDevFile } from './demo-account';
import { type LocalServices, openLocalServices } from './local-services';
import { LocalApi } from './local-api';
import { NodeHost } from './node-host';
import { Sealer } from './sealer';
import { SpendWatch } from './spend-watch';
import { Sweeper } from './sweeper';

/** A gateway that runs on a data folder. */
export interface LocalGateway {
  /** Ends in /v1. */
  readonly url: string;
  readonly account: DemoAccount;
  readonly catalog: LiveCatalog;
  readonly services: LocalServices;
  readonly identity: LocalIdentity;
  /** What a run before this one left behind. */
  readonly swept: Sweep;
  /** Stops what is in flight, settles it, and gives the folder up. */
  stop(): Promise<void>;
}

/** What has been opened, to be closed in the opposite order; also when a later step fails. */
class Cleanup {
  private readonly closers: (() => Promise<void> | void)[] = [];

  add(close: () => Promise<void> | void): void {
    this.closers.unshift(close);
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0)) await close();
  }
}

/** @throws FolderInUse, OwnerNotResponding, or the system's error: EADDRINUSE when the port is taken */
export async function startLocalGateway(settings: Settings, log: Log): Promise<LocalGateway> {
  const opened = new Cleanup();
  try {
    return await open(settings, log, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function open(settings: Settings, log: Log, opened: Cleanup): Promise<LocalGateway> {
  const folder = new DataFolder(settings.dataFolder);
  folder.create();
  const ownership = await FolderOwnership.acquire(folder, 'gateway');
  opened.add(() => ownership.release());
  const services = openLocalServices(folder);
  opened.add(() => services.close());
  // The folder is ours alone, so whoever made these holds is gone and cannot settle them.
  const swept = await services.wallet.expireDue({ everything: true });
  const account = await demoAccount(folder, services);
  const identity = await LocalIdentity.start(folder);
  opened.add(() => identity.stop());
  await seedPeople(services, account.accountId, identity.users);
  const sealer = new Sealer(folder, services, log);
  await sealer.start();
  opened.add(() => sealer.stop());
  const spendWatch = new SpendWatch(services, log);
  spendWatch.start();
  opened.add(() => spendWatch.stop());

  const providers = await openProviders(settings, opened);
  const catalog = await LiveCatalog.open({
    store: services.store,
    clock: services.clock,
    log,
    list: services.compiled,
    providers: providers.map((provider) => provider.settings),
  });
  const client = new UndiciProviderClient({ apiKey: (id) => keyOf(providers, id) });
  opened.add(() => client.close());
  const cancellations = new Cancellations(services);
  const gateway = new Gateway({
    ...services,
    identify: byKey(services.keys),
    catalog,
    cancellations,
    providers: client,
    log,
  });
  const verifier = identity.verifier(services.clock);
  const mailer = new SpoolMailer(folder, services.clock);
  const federatedTokens = new OidcTokens({ fetchDocument: documentFetcher(), clock: services.clock });
  const providerIds = providers.map((provider) => provider.settings.id);
  const api = new LocalApi(
    serveApi(apiDependencies({ ...services, verifier, federatedTokens, mailer, log, providerIds })),
  );
  const host = new NodeHost({ gateway, api, requestMs: settings.requestSeconds * 1_000 });
  const port = await host.listen(settings.port);
  const sweeper = new Sweeper(services, log);
  opened.add(async () => {
    host.stopAccepting();
    await gateway.stop();
    await Promise.all([host.close(), sweeper.stop(), ownership.drain()]);
    // What came over a connection that was still busy.
    await gateway.stop();
  });
  const origin = `http://127.0.0.1:${port}`;
  await identity.allowConsole(origin);
  writeDevFile(folder, origin, account, identity);
  sweeper.start();
  ownership.serve(commandHandler({ ...services, identity }));
  return { url: `${origin}/v1`, account, catalog, services: services, identity, swept, stop: () => opened.close() };
}

/** The demo provider is loaded only where it is used. */
async function openProviders({ providers }: Settings, opened: Cleanup): Promise<readonly LocalProvider[]> {
  if (providers.length > 0) return providers;
  const { startDemoProvider } = await import('../demo/demo-provider');
  const demo = await startDemoProvider();
  opened.add(() => demo.stop());
  return demo.providers;
}

const keyOf = (providers: readonly LocalProvider[], id: string): string | undefined =>
  providers.find((provider) => provider.settings.id === id)?.apiKey;
