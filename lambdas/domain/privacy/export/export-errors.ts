import { Conflict, Missing } from '../../errors/refusal';

export class ExportNotFound extends Missing {
  override readonly name = 'ExportNotFound';
  constructor() {
    super('export');
  }
}

/** One export runs at a time. */
export class ExportRunning extends Conflict {
  override readonly name = 'ExportRunning';
  readonly exportId: string;
  constructor(exportId: string) {
    super('export_running', `The export ${exportId} is running: wait until it is ready.`);
    this.exportId = exportId;
  }
}

export class ExportNotReady extends Conflict {
  override readonly name = 'ExportNotReady';
  constructor() {
    super('export_not_ready', 'The export is not ready yet.');
  }
}

export class PassphraseShown extends Conflict {
  override readonly name = 'PassphraseShown';
  constructor() {
    super('passphrase_shown', 'The passphrase was shown before, and cannot be shown again: request a new export.');
  }
}
