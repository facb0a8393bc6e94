import type { Log } from '../../domain/log';
import { type MailReports, mailReportSchema } from '../../domain/notifications/delivery/mail-reports';

export interface MailReportsDependencies {
  readonly reports: Pick<MailReports, 'take'>;
  readonly log: Log;
}

/** Takes one report of SES, as EventBridge has reduced it: the address and the headers of the mail are not in it. */
export function mailReports({ reports, log }: MailReportsDependencies): (event: unknown) => Promise<void> {
  return async (event) => {
    const { data: report } = mailReportSchema.safeParse(event);
    // A mail that is not from the outbox is no error: people can send test mails with the configuration set.
    if (report === undefined) log.warn('MAIL_REPORT_UNKNOWN');
    else await reports.take(report);
  };
}
