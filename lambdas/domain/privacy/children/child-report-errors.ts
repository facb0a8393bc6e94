import { Missing, TooMany } from '../../errors/refusal';

export class ChildReportNotFound extends Missing {
  override readonly name = 'ChildReportNotFound';
  constructor() {
    super('child_report');
  }
}

export class TooManyChildReports extends TooMany {
  override readonly name = 'TooManyChildReports';
  constructor(retryAfterSeconds: number) {
    super('child_reports', retryAfterSeconds);
  }
}
