import type { Dialect } from '../../contracts/catalog';
import { listModels, readModel } from './models';
import { readReceipt, type ReadAnswer, type ReceiptParts } from './read-receipt';
import type { CatalogSource } from './paid-request';
import { readRequest } from './requests';

export interface ReadParts extends ReceiptParts {
  readonly catalog: CatalogSource;
}

/** What is asked for, and by whom. */
export interface ReadCall {
  readonly accountId: string;
  readonly dialect: Dialect;
  /** What the path has where its pattern has a group. */
  readonly id: string;
}

type Read = (parts: ReadParts, call: ReadCall) => ReadAnswer | Promise<ReadAnswer>;

const ok = (body: object): ReadAnswer => ({ status: 200, body });

/** What a key can look at; there is nothing else to GET. */
const READS: readonly (readonly [path: RegExp, read: Read])[] = [
  [/^\/v1\/models$/, async ({ catalog }, { dialect }) => ok(listModels(await catalog.current(), dialect))],
  [
    /^\/v1\/models\/([^/]*)$/,
    async ({ catalog }, { id, dialect }) => ok(readModel(await catalog.current(), id, dialect)),
  ],
  [/^\/v1\/requests\/([^/]*)$/, async ({ usage }, { accountId, id }) => ok(await readRequest(usage, accountId, id))],
  [/^\/v1\/requests\/([^/]+)\/receipt$/, (parts, { accountId, id }) => readReceipt(parts, accountId, id)],
  [/^\/v1\/receipts\/keys$/, async ({ receipts }) => ok({ keys: await receipts.keys() })],
];

/** @returns undefined where there is nothing at the path */
export function readAt(
  path: string,
): ((parts: ReadParts, call: Omit<ReadCall, 'id'>) => ReadAnswer | Promise<ReadAnswer>) | undefined {
  for (const [pattern, read] of READS) {
    const match = pattern.exec(path);
    if (match !== null) return (parts, call) => read(parts, { ...call, id: match[1] ?? '' });
  }
  return undefined;
}
