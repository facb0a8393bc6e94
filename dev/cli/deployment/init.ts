import { parseUsd } from '../../../lambdas/domain/money/pico';
import type { InitCommand } from '../commands/command';
import { type CommandResult, failure } from '../commands/command-result';
import type { CommandServices } from '../commands/command-services';
import type { Deployment, Endpoint } from './deployment';
import type { KeyInput } from './key-input';
import { parseStoredKeys } from './provider-keys';
import type { SecretStore } from './secret-store';

/** The payment ID of the first account's first credit. It is fixed, so that repeating `init` credits nothing. */
const OPENING_PAYMENT_ID = 'opening_credit';

export interface InitDependencies {
  readonly deployment: Pick<Deployment, 'providerIds' | 'providerKeysSecret'>;
  readonly endpoint: Endpoint;
  readonly secrets: SecretStore;
  readonly input: KeyInput;
  readonly services: Pick<CommandServices, 'accounts' | 'wallet' | 'keys'>;
}

/**
 * Sets up a deployment: stores the provider keys, creates the first account with an API key and, if `credit` is
 * given, adds money. It is idempotent: run again, even after it failed halfway, it adds only what is missing.
 */
export async function init(dependencies: InitDependencies, { credit }: InitCommand): Promise<CommandResult> {
  const { endpoint, services } = dependencies;
  const existing = await firstTwoAccounts(services);
  if (existing.length > 1 && credit !== undefined) {
    return failure('There are several accounts: credit one of them with "wallet credit <accountId> <usd>".');
  }
  const { written, missing } = await storeProviderKeys(dependencies);
  if (missing.length > 0)
    return failure(`No key is stored for ${missing.join(', ')}: run init again and provide one for each.`);
  const account = existing.length > 1 ? {} : await completeAccount(services, existing[0], credit);
  const output = { endpoint: endpoint.url, providerKeysWritten: written, ...account };
  return { exitCode: 0, lines: [JSON.stringify(output)], notes: notesFor(endpoint, written, account) };
}

async function firstTwoAccounts({ accounts }: InitDependencies['services']): Promise<string[]> {
  const found: string[] = [];
  for await (const accountId of accounts.list()) {
    found.push(accountId);
    if (found.length > 1) break;
  }
  return found;
}

/** Merges the given keys into the stored ones: a provider for which none is given keeps its key. */
async function storeProviderKeys({ deployment, secrets, input }: InitDependencies) {
  const { providerIds, providerKeysSecret } = deployment;
  const stored = parseStoredKeys(await secrets.read(providerKeysSecret));
  const entered = await input.read(providerIds, Object.keys(stored));
  const merged = { ...stored, ...entered };
  const written = Object.keys(entered);
  if (written.length > 0) await secrets.replace(providerKeysSecret, JSON.stringify(merged));
  return { written, missing: providerIds.filter((id) => merged[id] === undefined) };
}

interface Account {
  readonly accountId?: string;
  readonly credit?: string;
  readonly keyId?: string;
  readonly apiKey?: string;
}

async function completeAccount(
  { accounts, wallet, keys }: InitDependencies['services'],
  existing: string | undefined,
  credit: string | undefined,
): Promise<Account> {
  const accountId = existing ?? (await accounts.create());
  await wallet.open(accountId);
  const payment = credit && { accountId, amountPico: parseUsd(credit), paymentId: OPENING_PAYMENT_ID };
  const credited = payment && { credit: await wallet.credit(payment) };
  if ((await keys.list(accountId)).length > 0) return { accountId, ...credited };
  const payer = (await accounts.get(accountId))?.ownerId;
  const { keyId, key } = await keys.create({ accountId, payer });
  return { accountId, ...credited, keyId, apiKey: key };
}

function notesFor(endpoint: Endpoint, written: readonly string[], { accountId, apiKey }: Account): string[] {
  return [
    ...(written.length > 0
      ? [`Stored the keys of ${written.join(', ')}. They take effect everywhere within five minutes.`]
      : []),
    ...(accountId === undefined ? ['There are several accounts, so none was created or changed.'] : []),
    ...(apiKey === undefined
      ? []
      : ['The API key above is not shown again. The commands below read it from TOLLGATE_KEY.']),
    ...(endpoint.isPublic
      ? exampleRequests(endpoint)
      : ["No edge is deployed: the endpoint is the function's own URL, which refuses clients."]),
  ];
}

function exampleRequests({ url, functionUrl }: Endpoint): string[] {
  const bypassCheck = functionUrl === undefined ? '' : ` --function-url ${functionUrl}`;
  return [
    '',
    'Try it:',
    '',
    `curl ${url}/v1/models -H "authorization: Bearer $TOLLGATE_KEY"`,
    `npm run smoke -- --endpoint ${url}${bypassCheck}`,
  ];
}
