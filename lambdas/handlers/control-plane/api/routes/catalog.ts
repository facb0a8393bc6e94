import {
  approvalRequestSchema,
  catalogChangeRequestSchema,
  catalogChangeViewSchema,
  catalogModelSchema,
  catalogVersionViewSchema,
  catalogViewSchema,
  proposalRequestSchema,
  proposalViewSchema,
  reviewSchema,
} from '../../../../contracts/http/catalog-views';
import { isoTime } from '../../../../contracts/storage/table-keys/key-parts';
import { isAdopted } from '../../../../domain/catalog/catalog-at';
import { settingsOf, viewChange, viewModels, viewProposal } from '../../../../domain/catalog/catalog-view';
import { listed } from '../../../../domain/catalog/timelines';
import type { PageOf } from '../../../../domain/table/page';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { ofProposal } from './path-parameters';

/** The catalog and its proposals, for operators. */
export const CATALOG_ROUTES = [
  defineRoute({
    id: 'getCatalog',
    method: 'get',
    path: '/v1/catalog',
    permission: 'catalog.read',
    summary: 'The catalog’s version and settings',
    answer: catalogViewSchema,
    handle: async ({ catalog, compiled, clock }) => {
      const { number: version, timelines } = await catalog.state();
      const differences = await catalog.diff(compiled, true);
      return {
        version,
        approved: isAdopted(timelines, isoTime(clock())),
        compiledDiffersIn: differences.length,
        settings: settingsOf([...timelines.values()].flat()),
      };
    },
  }),
  definePage({
    id: 'listCatalogModels',
    path: '/v1/catalog/models',
    permission: 'catalog.read',
    summary: 'The models of the price lists, with their costs and prices',
    item: catalogModelSchema,
    read: async ({ catalog, compiled, clock }, _call, { limit, after }) => {
      const { timelines } = await catalog.state();
      const views = viewModels(timelines, compiled, isoTime(clock()));
      const rest = views.filter((view) => after === undefined || listed(view) > after.sk);
      const items = rest.slice(0, limit);
      const last = items.at(-1);
      return rest.length > limit && last ? { items, next: { pk: '', sk: listed(last) } } : { items };
    },
  }),
  definePage({
    id: 'listCatalogChanges',
    path: '/v1/catalog/changes',
    permission: 'catalog.read',
    summary: 'The changes of the catalog, newest first',
    item: catalogChangeViewSchema,
    read: async ({ catalog }, _call, page) => mapPage(await catalog.page(page), viewChange),
  }),
  defineRoute({
    id: 'changeCatalog',
    method: 'patch',
    path: '/v1/catalog',
    permission: 'catalog.change',
    summary: 'Disable a provider, hide, rename or route a model, set a markup',
    body: catalogChangeRequestSchema,
    answer: catalogVersionViewSchema,
    ifMatch: 'required',
    handle: async ({ catalog }, { body, actor, version }) => ({
      version: (await catalog.change({ ...body, actor, version })).number,
    }),
  }),
  definePage({
    id: 'listProposals',
    path: '/v1/catalog/proposals',
    permission: 'catalog.read',
    summary: 'The price lists that were proposed, newest first',
    item: proposalViewSchema,
    read: async ({ proposals }, _call, page) => mapPage(await proposals.page(page), viewProposal),
  }),
  defineRoute({
    id: 'createProposal',
    method: 'post',
    path: '/v1/catalog/proposals',
    status: 201,
    permission: 'catalog.change',
    summary: 'Propose a price list; nothing changes until it is approved',
    body: proposalRequestSchema,
    answer: proposalViewSchema,
    handle: async ({ proposals, compiled }, { body, actor }) => {
      const { list = compiled, complete = body.list === undefined } = body;
      return viewProposal(await proposals.propose({ list, complete, actor }));
    },
  }),
  defineRoute({
    id: 'getProposal',
    method: 'get',
    path: '/v1/catalog/proposals/{proposalId}',
    permission: 'catalog.read',
    summary: 'One proposal, and its differences from the served catalog',
    params: ofProposal,
    answer: reviewSchema,
    handle: async ({ proposals, catalog }, { params }) => {
      const proposal = await proposals.get(params.proposalId);
      const { number: version } = await catalog.state();
      const differences = await catalog.diff(proposal.list, proposal.complete);
      return {
        ...viewProposal(proposal),
        version,
        differences: differences.map(({ prices, definition, ...difference }) => ({
          ...difference,
          definition: [...definition],
          prices: prices.map(({ beforePico, afterPico, ...price }) => ({
            ...price,
            ...(beforePico !== undefined && { beforePico: String(beforePico) }),
            ...(afterPico !== undefined && { afterPico: String(afterPico) }),
          })),
        })),
      };
    },
  }),
  defineRoute({
    id: 'approveProposal',
    method: 'post',
    path: '/v1/catalog/proposals/{proposalId}/approve',
    permission: 'catalog.approve',
    summary: 'Put a proposal’s prices and models into force, whole or by model',
    params: ofProposal,
    body: approvalRequestSchema,
    answer: catalogVersionViewSchema,
    ifMatch: 'required',
    handle: async ({ proposals, catalog }, { params, body, actor, version }) => {
      const proposal = await proposals.get(params.proposalId);
      return { version: (await catalog.approve({ ...body, proposal, actor, version })).number };
    },
  }),
];

const mapPage = <From, To>({ items, next }: PageOf<From>, view: (item: From) => To): PageOf<To> => ({
  items: items.map(view),
  ...(next && { next }),
});
