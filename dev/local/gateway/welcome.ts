import type { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { ENDPOINTS } from '../../../lambdas/domain/dialects/registry';
import { formatUsd } from '../../../lambdas/domain/money/pico';
import { CREDIT_PATH } from '../credit/credit-page';
import { INBOX_PATH } from '../mail/inbox';
import { EXAMPLE_MODELS } from '../../example-models';
import type { LocalGateway } from './local-gateway';

/** The text that `npm start` prints, with a request to paste. */
export async function welcome({ url, account, catalog, services, swept }: LocalGateway): Promise<string> {
  const balance = await services.wallet.balance(account.accountId);
  const example = curlLine(url, account.apiKey, await catalog.current());
  return [
    `Tollgate is running at ${url}`,
    '',
    `  account  ${account.accountId}`,
    `  API key  ${account.apiKey}`,
    `  balance  $${formatUsd(balance?.availablePico ?? 0n)}`,
    `  credit   ${new URL(CREDIT_PATH, url).href}`,
    `  mails    ${new URL(INBOX_PATH, url).href}`,
    ...(swept.expired > 0
      ? ['', `Returned the money held by ${swept.expired} interrupted request(s) of an earlier run.`]
      : []),
    ...(example === undefined ? [] : ['', 'Try it:', '', example]),
    '',
    'Press Ctrl-C to stop. Running requests are settled first.',
  ].join('\n');
}

function curlLine(url: string, apiKey: string, catalog: Catalog): string | undefined {
  const example = EXAMPLE_MODELS.find(([model, endpoint]) => catalog.targets(model, endpoint.id).length > 0);
  if (example === undefined) return undefined;
  const [model, endpoint] = example;
  const path = ENDPOINTS[endpoint.id].path.slice('/v1'.length);
  const limit = endpoint.isLimitRequired ? { [endpoint.limit]: 256 } : {};
  const body = JSON.stringify({ model, ...limit, messages: [{ role: 'user', content: 'Hello!' }] });
  return `curl ${url}${path} -H "authorization: Bearer ${apiKey}" -H "content-type: application/json" -d '${body}'`;
}
