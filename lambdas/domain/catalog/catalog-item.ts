import { z } from 'zod';
import type { CatalogChange, Proposal } from '../../contracts/storage/catalog-changes';
import {
  catalogChangeSchema,
  proposalSchema,
  writtenChangeSchema,
  writtenProposalSchema,
} from '../../contracts/storage/catalog-changes';
import {
  CATALOG_HEAD_KEY,
  CATALOG_STATE_KEY,
  catalogChangeKey,
  proposalKey,
} from '../../contracts/storage/table-keys/catalog';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { CATALOG } from '../../contracts/storage/tables';
import { HOUR_MS } from '../clock';
import { LimitReached, VersionMismatch } from '../errors/refusal';
import type { GuardedWrite } from '../table/commit';
import { absent, compare } from '../table/condition';
import type { Put, Update } from '../table/table-store';
import type { Item, Value } from '../table/value';
import { type CatalogState, decodeHead, FORMAT } from './catalog-state';
import { fold, NOTHING_SET, since } from './timelines';

/** DynamoDB limits an item to 400 KB. */
const CONTENT_BYTES_MAX = 350_000;

/** Entries that ended this recently are kept for processes whose clocks run behind. */
const ENDED_KEPT_MS = HOUR_MS;

/** The writes of one change, and the state that follows from it. */
export function changeWrites(
  change: CatalogChange,
  before: CatalogState,
): { readonly writes: readonly GuardedWrite[]; readonly state: CatalogState } {
  const { number, at, entries, ...rest } = writtenChangeSchema.parse(change);
  const timelines = fold(before.timelines, entries);
  const current = since(timelines, isoTime(Date.parse(at) - ENDED_KEPT_MS));
  const head: Update = {
    table: CATALOG,
    update: CATALOG_HEAD_KEY,
    change: { set: { number, at } },
    when: before.number === 0 ? absent() : compare('number', '=', before.number),
  };
  const changeItem: Item = { ...catalogChangeKey(number), number, at, ...present(rest), content: contentOf(entries) };
  const state: Item = { ...CATALOG_STATE_KEY, number, at, format: FORMAT, content: contentOf(current) };
  return {
    writes: [
      // Another change came first.
      { write: head, otherwise: () => new VersionMismatch() },
      { write: { table: CATALOG, put: changeItem, when: absent() } },
      { write: { table: CATALOG, put: state } },
    ],
    state: { number, at, timelines: fold(NOTHING_SET, current) },
  };
}

export function decodeChange({ content, ...rest }: Item): CatalogChange {
  const change = catalogChangeSchema.parse({ ...rest, number: decodeHead(rest), entries: parseContent(content) });
  return change as CatalogChange;
}

export function putProposal(proposal: Proposal): Put {
  const { id, at, complete, list } = writtenProposalSchema.parse(proposal);
  return {
    table: CATALOG,
    put: { ...proposalKey(id), at, complete, content: contentOf(list) },
    when: absent(),
  };
}

export function decodeProposal({ sk: id, content, ...rest }: Item): Proposal {
  return proposalSchema.parse({ ...rest, id, list: parseContent(content) }) as unknown as Proposal;
}

const parseContent = (content: Value | undefined): unknown => JSON.parse(z.string().parse(content));

function contentOf(value: object): string {
  const content = JSON.stringify(value);
  if (Buffer.byteLength(content) > CONTENT_BYTES_MAX) throw new LimitReached('bytes in a catalog', CONTENT_BYTES_MAX);
  return content;
}

function present(fields: Pick<CatalogChange, 'action' | 'proposalId'>): Item {
  const { proposalId, ...rest } = fields;
  return proposalId === undefined ? rest : { ...rest, proposalId };
}
