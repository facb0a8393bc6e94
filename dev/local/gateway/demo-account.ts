import { z } from 'zod';
import { accountIdSchema } from '../../../lambdas/contracts/storage/ids';
import { isErased } from '../../../lambdas/domain/wallet/verify/is-erased';
import { parseUsd } from '../../../lambdas/domain/money/pico';
import type { DataFolder } from '../folder/data-folder';
import type { LocalIdentity } from '../identity/local-identity';
import type { LocalServices } from './local-services';

/** Tells scripts how to reach the gateway. It contains the API key, which is for demonstrations on this machine only. */
export const DEV_FILE = 'dev.json';

const DEMO_CREDIT = '5.00';
const DEMO_PAYMENT_ID = 'demo_credit';

const devFileSchema = z.object({ accountId: accountIdSchema, apiKey: z.string() });

/** The account that a local run starts with. */
export interface DemoAccount {
  readonly accountId: string;
  readonly apiKey: string;
}

type DemoServices = Pick<LocalServices, 'accounts' | 'wallet' | 'keys' | 'store'>;

/**
 * Creates the demo account with a credit and a key at the first start, and finds it at later ones. Each step is
 * idempotent, so the next start completes one that was killed halfway. An account that was erased stays erased: another
 * one takes its place.
 */
export async function demoAccount(folder: DataFolder, services: DemoServices): Promise<DemoAccount> {
  const devFile = readDevFile(folder);
  const { known, isAnyErased } = await knownAccounts(services);
  const isThere = devFile !== undefined && !(await isErased(services.store, devFile.accountId));
  const accountId = await services.accounts.create({ accountId: isThere ? devFile.accountId : known });
  await services.wallet.open(accountId);
  // A payment's ID is unique in the whole run, and the ledger of an erased account keeps it.
  const paymentId = isAnyErased ? `${DEMO_PAYMENT_ID}_${accountId}` : DEMO_PAYMENT_ID;
  await services.wallet.credit({ accountId, amountPico: parseUsd(DEMO_CREDIT), paymentId });
  return { accountId, apiKey: await workingKey(services, accountId, devFile?.apiKey) };
}

/** @param origin the gateway's scheme, host and port */
export function writeDevFile(
  folder: DataFolder,
  origin: string,
  { accountId, apiKey }: DemoAccount,
  { issuer, clientId, users }: Pick<LocalIdentity, 'issuer' | 'clientId' | 'users'>,
): void {
  const urls = { gatewayUrl: `${origin}/v1`, apiUrl: `${origin}/api`, consoleUrl: origin };
  const signIn = { issuer, clientId };
  const people = users.map(({ role, email, password }) => ({ role, email, password }));
  folder.replace(DEV_FILE, `${JSON.stringify({ ...urls, apiKey, accountId, signIn, users: people }, null, 2)}\n`);
}

/** A file that was edited and no longer parses counts as missing: the existing account then gets a new key. */
function readDevFile(folder: DataFolder): DemoAccount | undefined {
  try {
    return devFileSchema.parse(JSON.parse(folder.read(DEV_FILE) ?? ''));
  } catch {
    return undefined;
  }
}

/** The first account that was not erased, and whether one was. */
async function knownAccounts({ accounts, store }: DemoServices) {
  let known: string | undefined;
  let isAnyErased = false;
  for await (const accountId of accounts.list()) {
    if (await isErased(store, accountId)) isAnyErased = true;
    else known ??= accountId;
  }
  return { known, isAnyErased };
}

async function workingKey(
  { keys, accounts }: DemoServices,
  accountId: string,
  known: string | undefined,
): Promise<string> {
  if (known !== undefined && (await keys.verify(known))?.accountId === accountId) return known;
  const payer = (await accounts.get(accountId))?.ownerId;
  return (await keys.create({ accountId, label: 'demo', payer })).key;
}
