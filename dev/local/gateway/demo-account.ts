import { z } from 'zod';
import { accountIdSchema } from '../../../lambdas/contracts/storage/ids';
import { parseUsd } from '../../../lambdas/domain/money/pico';
import type { DataFolder } from '../folder/data-folder';
import type { LocalIdentity } from '../identity/local-identity';
import type { LocalServices } from './local-services';

/** What scripts read to find the gateway. The key is in it: it is for demonstrations, on this machine only. */
export const DEV_FILE = 'dev.json';

const DEMO_CREDIT = '5.00';
const DEMO_PAYMENT_ID = 'demo_credit';

const devFileSchema = z.object({ accountId: accountIdSchema, apiKey: z.string() });

/** Who the local run is for. */
export interface DemoAccount {
  readonly accountId: string;
  readonly apiKey: string;
}

type DemoServices = Pick<LocalServices, 'accounts' | 'wallet' | 'keys'>;

/**
 * The demo account with its first credit and a key: made at the first start, found at every other. Each step
 * can be repeated, so a start that was killed half-way is completed by the next.
 */
export async function demoAccount(folder: DataFolder, services: DemoServices): Promise<DemoAccount> {
  const known = readDevFile(folder);
  const accountId = await services.accounts.create({ accountId: known?.accountId ?? (await firstAccount(services)) });
  await services.wallet.open(accountId);
  await services.wallet.credit({ accountId, amountPico: parseUsd(DEMO_CREDIT), paymentId: DEMO_PAYMENT_ID });
  return { accountId, apiKey: await workingKey(services, accountId, known?.apiKey) };
}

/** @param origin the gateway's own: scheme, host and port */
export function writeDevFile(
  folder: DataFolder,
  origin: string,
  { accountId, apiKey }: DemoAccount,
  { issuer, clientId, users }: Pick<LocalIdentity, 'issuer' | 'clientId' | 'users'>,
): void {
  // Where the user pool sends people back to.
  const urls = { gatewayUrl: `${origin}/v1`, apiUrl: `${origin}/api`, consoleUrl: origin };
  const signIn = { issuer, clientId };
  const people = users.map(({ role, email, password }) => ({ role, email, password }));
  folder.replace(DEV_FILE, `${JSON.stringify({ ...urls, apiKey, accountId, signIn, users: people }, null, 2)}\n`);
}

/** A file that somebody edited is as good as none: a new key is made for the account that is there. */
function readDevFile(folder: DataFolder): DemoAccount | undefined {
  try {
    return devFileSchema.parse(JSON.parse(folder.read(DEV_FILE) ?? ''));
  } catch {
    return undefined;
  }
}

async function firstAccount({ accounts }: DemoServices): Promise<string | undefined> {
  for await (const accountId of accounts.list()) return accountId;
  return undefined;
}

async function workingKey({ keys }: DemoServices, accountId: string, known: string | undefined): Promise<string> {
  if (known !== undefined && (await keys.verify(known))?.accountId === accountId) return known;
  return (await keys.create({ accountId, label: 'demo' })).key;
}
