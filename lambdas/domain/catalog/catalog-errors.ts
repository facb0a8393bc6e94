import { Conflict, Missing } from '../errors/refusal';

export class ProposalNotFound extends Missing {
  override readonly name = 'ProposalNotFound';
  constructor() {
    super('proposal');
  }
}

/** Prices can change only after a whole price list was approved. */
export class CatalogNotAdopted extends Conflict {
  override readonly name = 'CatalogNotAdopted';
  constructor() {
    super(
      'catalog_not_adopted',
      'Approve a complete price list as a whole first: until then the compiled list is in force.',
    );
  }
}

/** The setting does not fit the rest of the catalog. */
export class CatalogConflict extends Conflict {
  override readonly name = 'CatalogConflict';
  constructor(message: string) {
    super('catalog_conflict', message);
  }
}

/** A change would begin in the past, or before every process knows of it. */
export class BeginsTooSoon extends Conflict {
  override readonly name = 'BeginsTooSoon';
  constructor(earliest: string) {
    super('begins_too_soon', `The change cannot begin before ${earliest}.`);
  }
}

/** A provider's price list is missing, or names a model twice. */
export class CatalogInvalid extends Error {
  override readonly name = 'CatalogInvalid';
}

/** This version of the code cannot read the stored catalog. */
export class CatalogUnreadable extends Error {
  override readonly name = 'CatalogUnreadable';
}
