import { parseUsd } from '../../../lambdas/domain/money/pico';
import type { InitCommand } from '../commands/command';
import type { CommandServices, CommandResult } from '../commands/command-services';
import type { Deployment, Endpoint } from './deployment';
import type { KeyInput } from './key-input';
import { parseStoredKeys } from './provider-keys';
import type { SecretStore } from './secret-store';

/** Names the first account's first credit: asking for it again credits nothing. */
const OPENING_PAYMENT_ID = 'opening_credit';

export interface InitDependencies {
  readonly deployment: Pick<Deployment, 'providerIds' | 'providerKeysSecret'>;
  readonly endpoint: Endpoint;
  readonly secrets: SecretStore;
  readonly input: KeyInput;
  readonly services: Pick<CommandServices, 'accounts' | 'wallet' | 'keys'>;
}

/**
 * Completes a deployment: the providers' keys, the first account with a key and, where asked, money. It can be
 * repeated, also after it broke off: it adds what is missing and makes no second account.
 */
export async function init(given: InitDependencies, { credit }: InitCommand): Promise<CommandResult> {
  const { endpoint, services } = given;
  const known = await firstTwoAccounts(services);
  if (known.length > 1 && credit !== undefined) {
    return failed('There are several accounts: credit one with "wallet credit <accountId> <usd>".');
  }
  const { written, missing } = await putProviderKeys(given);
  if (missing.length > 0) return failed(`There is no key yet for ${missing.join(', ')}: run init again with one each.`);
  const account = known.length > 1 ? {} : await completeAccount(services, known[0], credit);
  const told = { endpoint: endpoint.url, providerKeysWritten: written, ...account };
  return { exitCode: 0, lines: [JSON.stringify(told)], notes: notes(endpoint, written, account) };
}

const failed = (error: string): CommandResult => ({ exitCode: 1, lines: [], error });

async function firstTwoAccounts({ accounts }: InitDependencies['services']): Promise<string[]> {
  const found: string[] = [];
  for await (const accountId of accounts.list()) {
    found.push(accountId);
    if (found.length > 1) break;
  }
  return found;
}

/** Adds to what is there: a provider whose key was not given keeps its own. */
async function putProviderKeys({ deployment, secrets, input }: InitDependencies) {
  const { providerIds, providerKeysSecret } = deployment;
  const stored = parseStoredKeys(await secrets.read(providerKeysSecret));
  const given = await input.read(providerIds, Object.keys(stored));
  const merged = { ...stored, ...given };
  const written = Object.keys(given);
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
  known: string | undefined,
  credit: string | undefined,
): Promise<Account> {
  const accountId = known ?? (await accounts.create());
  await wallet.open(accountId);
  const payment = credit && { accountId, amountPico: parseUsd(credit), paymentId: OPENING_PAYMENT_ID };
  const credited = payment && { credit: await wallet.credit(payment) };
  if ((await keys.list(accountId)).length > 0) return { accountId, ...credited };
  const { keyId, key } = await keys.create({ accountId });
  return { accountId, ...credited, keyId, apiKey: key };
}

function notes(endpoint: Endpoint, written: readonly string[], { accountId, apiKey }: Account): string[] {
  return [
    ...(written.length > 0
      ? [`Wrote the keys of ${written.join(', ')}; in force everywhere within five minutes.`]
      : []),
    ...(accountId === undefined ? ['There are several accounts: none was made or changed.'] : []),
    ...(apiKey === undefined
      ? []
      : ['The API key above is shown now and never again. What follows expects it in TOLLGATE_KEY.']),
    ...(endpoint.isPublic
      ? exampleRequests(endpoint)
      : ["No edge is deployed: this is the function's own URL, which refuses clients."]),
  ];
}

function exampleRequests({ url, functionUrl }: Endpoint): string[] {
  const pastTheEdge = functionUrl === undefined ? '' : ` --function-url ${functionUrl}`;
  return [
    '',
    'Try it:',
    '',
    `curl ${url}/v1/models -H "authorization: Bearer $TOLLGATE_KEY"`,
    `npm run smoke -- --endpoint ${url}${pastTheEdge}`,
  ];
}
