import { LiveCatalog } from '../../../lambdas/domain/catalog/live-catalog';
import type { Log } from '../../../lambdas/domain/log';
import { openOnFirstUse } from '../../../lambdas/domain/open-once';
import { resumeErasures } from '../../../lambdas/domain/privacy/erasure/erasures';
import { resumeExports } from '../../../lambdas/domain/privacy/export/exports';
import type { Sweep } from '../../../lambdas/domain/wallet/sweep';
import { commandHandler } from '../../cli/commands/run-on-folder';
import { DataFolder } from '../folder/data-folder';
import { FolderOwnership } from '../folder/ownership';
import { LocalIdentity } from '../identity/local-identity';
import { seedPeople } from '../identity/seed-people';
import { LocalMail, type LocalMailOptions } from '../mail/local-mail';
import { SpoolMailer } from '../mail/spool-mailer';
import type { LocalProvider, Settings } from '../settings';
import { openWorkflows, type OpenWorkflowsOptions } from '../privacy/open-workflows';
import type { ControlPlaneOptions } from './control-plane';
import { openDataPlane } from './data-plane';
import { ExpiryClock } from './expiry-clock';
import { type DemoAccount, demoAccount, writeDevFile } from './demo-account';
import { type LocalServices, openLocalServices } from './local-services';
import { LocalApi } from './local-api';
import { localPages } from './local-pages';
import { LocalWebhooks } from './local-webhooks';
import type { LocalPayments, LocalPaymentsOptions } from './local-payments';
import { NodeHost } from './node-host';
import type { HostLimits } from './open-requests';
import { noticeTasks } from './notice-tasks';
import { PaymentTasks, type PaymentTasksOptions } from './payment-tasks';
import { Sealer } from './sealer';
import { SpendWatch } from './spend-watch';
import { Sweeper } from './sweeper';
import { UsageTasks } from './usage-tasks';

/** A running gateway on a data folder. */
export interface LocalGateway {
  /** The base URL for clients, which ends in /v1. */
  readonly url: string;
  readonly account: DemoAccount;
  readonly catalog: LiveCatalog;
  readonly services: LocalServices;
  readonly identity: LocalIdentity;
  /** The holds of an earlier run that ended unexpectedly, which were expired at the start. */
  readonly swept: Sweep;
  /** The requests in progress, and how much of the memory for bodies they use. */
  readonly host: Pick<NodeHost, 'keptBytes' | 'openRequests'>;
  /** Stops and settles the running requests, then gives up the folder. */
  stop(): Promise<void>;
}

/** Closes what was opened, in reverse order, both at the end and when a later step of the start fails. */
class Cleanup {
  private readonly closers: (() => Promise<void> | void)[] = [];

  add(close: () => Promise<void> | void): void {
    this.closers.unshift(close);
  }

  async run(): Promise<void> {
    for (const close of this.closers.splice(0)) await close();
  }
}

/**
 * @throws FolderInUse when another process owns the folder
 * @throws OwnerNotResponding when its owner can be neither reached nor ruled out
 * @throws NodeJS.ErrnoException when the port cannot be opened, for example with EADDRINUSE
 */
export async function startLocalGateway(
  settings: Settings,
  log: Log,
  limits: Partial<HostLimits> = {},
): Promise<LocalGateway> {
  const cleanup = new Cleanup();
  try {
    return await open(settings, log, limits, cleanup);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function open(
  settings: Settings,
  log: Log,
  limits: Partial<HostLimits>,
  cleanup: Cleanup,
): Promise<LocalGateway> {
  const folder = new DataFolder(settings.dataFolder);
  folder.create();
  const ownership = await FolderOwnership.acquire(folder, 'gateway');
  cleanup.add(() => ownership.release());
  const services = await openLocalServices(folder, { durability: settings.durability });
  cleanup.add(() => services.close());
  // This process owns the folder, so the one that took these holds is gone and cannot settle them.
  const swept = await services.wallet.expireDue({ everything: true });
  const account = await demoAccount(folder, services);
  const identity = await openIdentity({ folder, services, accountId: account.accountId, log }, cleanup);
  const expiry = new ExpiryClock(services.store, { clock: services.clock, timer: () => performance.now() });
  await startReaders(folder, { ...services, expiry }, log, cleanup);

  const providers = await openProviders(settings, cleanup);
  const catalog = await openCatalog(services, providers, log);
  const { gateway, close } = openDataPlane({ services, catalog, providers, log, settings });
  cleanup.add(close);
  let origin = '';
  const openPayments = localPayments({ folder, services, log, stripe: settings.stripe }, () => origin, cleanup);
  const mailer = new SpoolMailer(folder, services.clock);
  const usersChanged = (): void => writeDevFile(folder, origin, account, identity);
  const shared = { folder, services, identity, mailer, openPayments, log, origin: () => origin };
  const { downloads, ...rights } = openRights({ ...shared, settings: settings.erasure, usersChanged }, cleanup);
  const api = localApi({ services, identity, providers, openPayments, ...rights, origin: () => origin, log });
  const { accountId } = account;
  const pages = localPages({ services, mailer, accountId, openPayments, isStandIn: settings.stripe === undefined });
  const host = new NodeHost({ gateway, api, pages, downloads, requestMs: settings.requestSeconds * 1_000, limits });
  origin = `http://127.0.0.1:${await host.listen(settings.port)}`;
  const invoicePage = async (invoiceId: string) => (await openPayments()).payments.processor.invoicePage(invoiceId);
  startMail({ services, emails: identity.emails, mailer, publicUrl: origin, invoicePage, log }, cleanup);
  startWebhooks(services, log, cleanup);
  const sweeper = new Sweeper({ ...services, expiry }, log);
  cleanup.add(async () => {
    host.stopAccepting();
    await gateway.stop();
    await Promise.all([host.close(), sweeper.stop(), ownership.drain()]);
    // A request may have arrived since on a connection that was still busy.
    await gateway.stop();
  });
  identity.allowConsole(origin);
  writeDevFile(folder, origin, account, identity);
  sweeper.start();
  startSchedules({ services, openPayments, log }, cleanup);
  await resumeRights(services, rights);
  ownership.serve(commandHandler(commandServices({ services, identity, openPayments, ...rights })));
  return {
    url: `${origin}/v1`,
    account,
    catalog,
    services,
    identity,
    swept,
    host,
    stop: () => cleanup.run(),
  };
}

async function openIdentity(
  options: Pick<OpenWorkflowsOptions, 'folder' | 'services' | 'log'> & { readonly accountId: string },
  cleanup: Cleanup,
): Promise<LocalIdentity> {
  const { folder, services, accountId, log } = options;
  const identity = await LocalIdentity.start(folder, log);
  cleanup.add(() => identity.stop());
  await seedPeople(services, accountId, identity.users);
  return identity;
}

/** Starts the workflows that an earlier process has not finished. */
async function resumeRights(
  { store }: LocalServices,
  { exports, erasures }: Pick<ControlPlaneOptions, 'exports' | 'erasures'>,
): Promise<void> {
  await resumeExports(store, exports.workflows);
  await resumeErasures(store, erasures.workflows);
}

/** Opens the workflows of people's rights. */
function openRights(options: OpenWorkflowsOptions, cleanup: Cleanup): ReturnType<typeof openWorkflows> {
  const opened = openWorkflows(options);
  cleanup.add(() => opened.exports.workflows.stop());
  return opened;
}

const openCatalog = (
  { store, clock, compiled }: LocalServices,
  providers: readonly LocalProvider[],
  log: Log,
): Promise<LiveCatalog> =>
  LiveCatalog.open({ store, clock, log, list: compiled, providers: providers.map(({ settings }) => settings) });

/** Starts what the schedules of a deployment run, apart from the sweeps. */
function startSchedules(options: PaymentTasksOptions & { readonly services: LocalServices }, cleanup: Cleanup): void {
  const { services, log } = options;
  for (const task of [new PaymentTasks(options), ...noticeTasks(services, log)]) {
    cleanup.add(() => task.stop());
    task.start();
  }
}

/** The services of commands that are run while the gateway owns the folder. */
const commandServices = ({
  services,
  identity,
  openPayments,
  exports,
  erasures,
}: Pick<ControlPlaneOptions, 'services' | 'identity' | 'openPayments' | 'exports' | 'erasures'>) => ({
  ...services,
  identity,
  openPayments: async () => (await openPayments()).payments,
  openWorkflows: () => Promise.resolve(exports.workflows),
  openErasures: () => Promise.resolve(erasures),
});

/** Starts everything that works on usage records after their requests. */
async function startReaders(
  folder: DataFolder,
  services: LocalServices & { readonly expiry: ExpiryClock },
  log: Log,
  cleanup: Cleanup,
): Promise<void> {
  const sealer = new Sealer(folder, services, log);
  await sealer.start();
  cleanup.add(() => sealer.stop());
  const spendWatch = new SpendWatch(services, log);
  spendWatch.start();
  cleanup.add(() => spendWatch.stop());
  const usageTasks = new UsageTasks(services, log);
  usageTasks.start();
  cleanup.add(() => usageTasks.stop());
}

function startMail(options: LocalMailOptions, cleanup: Cleanup): void {
  const mail = new LocalMail(options);
  mail.start();
  cleanup.add(() => mail.stop());
}

function startWebhooks(services: LocalServices, log: Log, cleanup: Cleanup): void {
  const webhooks = new LocalWebhooks(services, log);
  webhooks.start();
  cleanup.add(() => webhooks.stop());
}

/** Imports the demo provider lazily, because loading it would slow down a start that uses real ones. */
async function openProviders({ providers }: Settings, cleanup: Cleanup): Promise<readonly LocalProvider[]> {
  if (providers.length > 0) return providers;
  const { startDemoProvider } = await import('../demo/demo-provider');
  const demo = await startDemoProvider();
  cleanup.add(() => demo.stop());
  return demo.providers;
}

/** Imports the payments lazily, because most runs take none. */
function localPayments(
  options: Omit<LocalPaymentsOptions, 'origin'>,
  origin: () => string,
  cleanup: Cleanup,
): () => Promise<LocalPayments> {
  return openOnFirstUse(async () => {
    const payments = await (await import('./local-payments')).openLocalPayments({ ...options, origin: origin() });
    cleanup.add(() => payments.close());
    return payments;
  });
}

type LocalApiOptions = Omit<ControlPlaneOptions, 'providerIds'> & { readonly providers: readonly LocalProvider[] };

/** Imports the control plane lazily, because the data plane needs none of its packages and many runs never use it. */
function localApi({ providers, ...options }: LocalApiOptions): LocalApi {
  const providerIds = providers.map((provider) => provider.settings.id);
  const open = async () => (await import('./control-plane')).openControlPlane({ ...options, providerIds });
  return new LocalApi({ open, log: options.log });
}
