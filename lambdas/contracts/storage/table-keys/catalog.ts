import { type Key, ordinal } from './key-parts';

/** The only partition that the data plane may read. */
export const CATALOG_PARTITION = 'catalog';
/** The number of the last change, so that a process can check for news with one small read. */
export const CATALOG_HEAD_KEY: Key = { pk: CATALOG_PARTITION, sk: 'head' };
export const CATALOG_STATE_KEY: Key = { pk: CATALOG_PARTITION, sk: 'state' };
export const CATALOG_CHANGES_PARTITION = 'changes';
export const catalogChangeKey = (number: number): Key => ({ pk: CATALOG_CHANGES_PARTITION, sk: ordinal(number) });
export const PROPOSALS_PARTITION = 'proposals';
export const proposalKey = (proposalId: string): Key => ({ pk: PROPOSALS_PARTITION, sk: proposalId });
