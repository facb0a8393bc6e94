import { ulid } from 'ulid';
import { line } from '../../contracts/http/text';
import { DEPLOYMENT_CHAIN } from '../../contracts/storage/audit-event';
import { type CatalogData, catalogSchema } from '../../contracts/storage/catalog';
import { modelNameSchema, type Proposal } from '../../contracts/storage/catalog-changes';
import { proposalIdSchema } from '../../contracts/storage/ids';
import { proposalKey, PROPOSALS_PARTITION } from '../../contracts/storage/table-keys/catalog';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { CATALOG } from '../../contracts/storage/tables';
import type { Actor } from '../access/actor';
import type { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import type { TableStore } from '../table/table-store';
import { CatalogConflict, ProposalNotFound } from './catalog-errors';
import { decodeProposal, putProposal } from './catalog-item';

const SOURCE_CHARACTERS_MAX = 200;
const sourceSchema = line(SOURCE_CHARACTERS_MAX);
const VERSION = /^[\w.:/@#~+-]{1,200}$/;

export interface ProposalsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** The compiled catalog, whose price lists are the only ones that configured providers can name. */
  readonly compiled: CatalogData;
}

/** Price lists that await approval. A proposal changes nothing by itself and is immutable. */
export class Proposals {
  readonly #options: ProposalsOptions;

  constructor(options: ProposalsOptions) {
    this.#options = options;
  }

  /**
   * @throws CatalogConflict for a list that could not be served
   * @throws ZodError for a value that is not a price list
   */
  async propose(proposal: {
    readonly list: CatalogData;
    /** Whether its approval removes models that the list does not have. */
    readonly complete: boolean;
    readonly actor: Actor;
  }): Promise<Proposal> {
    const { complete, actor } = proposal;
    const list = catalogSchema.parse(proposal.list);
    this.#expectServable(list);
    const now = this.#options.clock();
    const made: Proposal = { id: `pro_${ulid(now)}`, at: isoTime(now), complete, list };
    const writes = [{ write: putProposal(made) }];
    await this.#options.audit.record({
      chain: DEPLOYMENT_CHAIN,
      actor,
      action: 'catalog.change',
      target: made.id,
      writes,
    });
    return made;
  }

  /** @throws ProposalNotFound */
  async get(proposalId: string): Promise<Proposal> {
    const id = proposalIdSchema.safeParse(proposalId);
    const item = id.success && (await this.#options.store.get({ table: CATALOG, key: proposalKey(id.data) }));
    if (!item) throw new ProposalNotFound();
    return decodeProposal(item);
  }

  /** A page of the proposals, newest first. */
  page(request: PageRequest): Promise<PageOf<Proposal>> {
    const query = { table: CATALOG, partition: PROPOSALS_PARTITION, newestFirst: true };
    return readPage(this.#options.store, query, request, decodeProposal);
  }

  #expectServable({ source, providers }: CatalogData): void {
    if (!sourceSchema.safeParse(source).success)
      throw new CatalogConflict(`The source must be one line of 1 to ${SOURCE_CHARACTERS_MAX} characters.`);
    for (const [list, models] of Object.entries(providers)) {
      if (!Object.hasOwn(this.#options.compiled.providers, list))
        throw new CatalogConflict(`There is no price list ${list.slice(0, 128)}.`);
      const names = models.flatMap(({ id, aliases }) => [id, ...aliases]);
      const wrong = names.find((name, at) => !modelNameSchema.safeParse(name).success || names.indexOf(name) !== at);
      const versions = models.flatMap(({ prices }) => prices.map(({ version }) => version));
      if (!versions.every((version) => VERSION.test(version)))
        throw new CatalogConflict(
          'Invalid name of a price version: use 1 to 200 letters, digits and . : / @ # ~ + - _.',
        );
      if (wrong !== undefined)
        throw new CatalogConflict(`Invalid or repeated model name: ${JSON.stringify(wrong.slice(0, 128))}.`);
    }
  }
}
