import type { Dialect } from '../../../contracts/storage/catalog';
import type { KeyScope } from '../../../contracts/http/key-rules';
import type { KeyOwner } from '../../keys/verified-keys';
import { listModels, modelsFor, readModel } from './models';
import { readReceipt, type ReadAnswer, type ReceiptReadDependencies } from './read-receipt';
import type { CatalogSource } from '../paid-request';
import { readRequest } from './requests';

export interface ReadDependencies extends ReceiptReadDependencies {
  readonly catalog: CatalogSource;
}

/** What is asked for, and by whom. */
export interface ReadCall {
  readonly caller: KeyOwner;
  readonly dialect: Dialect;
  /** What the path has where its pattern has a group. */
  readonly id: string;
}

type Read = (dependencies: ReadDependencies, call: ReadCall) => ReadAnswer | Promise<ReadAnswer>;

const ok = (body: object): ReadAnswer => ({ status: 200, body });

/** What a key can look at; there is nothing else to GET. */
const READS: readonly (readonly [path: RegExp, read: Read])[] = [
  [
    /^\/v1\/models$/,
    async ({ catalog }, { caller, dialect }) => ok(listModels(modelsFor(await catalog.current(), caller), dialect)),
  ],
  [
    /^\/v1\/models\/([^/]*)$/,
    async ({ catalog }, { caller, id, dialect }) =>
      ok(readModel(modelsFor(await catalog.current(), caller), id, dialect)),
  ],
  [
    /^\/v1\/requests\/([^/]*)$/,
    async ({ usage }, { caller, id }) => ok(await readRequest(usage, caller.accountId, id)),
  ],
  [
    /^\/v1\/requests\/([^/]+)\/receipt$/,
    (dependencies, { caller, id }) => readReceipt(dependencies, caller.accountId, id),
  ],
  [/^\/v1\/receipts\/keys$/, async ({ receipts }) => ok({ keys: await receipts.keys() })],
];

/** What is not about models is about requests, the path where nothing is too. */
export const scopeOfRead = (path: string): KeyScope => (/^\/v1\/models(\/|$)/.test(path) ? 'models' : 'requests');

/** @returns undefined where there is nothing at the path */
export function readAt(
  path: string,
): ((dependencies: ReadDependencies, call: Omit<ReadCall, 'id'>) => ReadAnswer | Promise<ReadAnswer>) | undefined {
  for (const [pattern, read] of READS) {
    const match = pattern.exec(path);
    if (match !== null) return (dependencies, call) => read(dependencies, { ...call, id: match[1] ?? '' });
  }
  return undefined;
}
