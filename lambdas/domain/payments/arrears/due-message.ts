import type { NewMessage } from '../../notifications/outbox/message';
import { statementDue, statementReminder } from '../../notifications/outbox/messages';
import { notifyOnce, type NotifyOptions } from '../../notifications/outbox/outbox';
import type { DueNotice } from './arrears';

const REMINDERS = { reminded_before: '1', reminded_on: '2', reminded_after: '3' } as const;

/** The message about a stage of a due. The last two stages have none: a suspension shows itself, and a payment has its own. */
function messageOf({ accountId, month, stage, owedPico, dueAt }: DueNotice): NewMessage | undefined {
  const statement = { accountId, statementId: month, amountPico: owedPico, dueAt };
  switch (stage) {
    case 'issued':
      return statementDue(statement);
    case 'reminded_before':
    case 'reminded_on':
    case 'reminded_after':
      return statementReminder({ ...statement, reminder: REMINDERS[stage] });
    case 'suspended':
    case 'paid':
      return undefined;
  }
}

/** Tells an account's people and webhooks about a due. */
export const tellOfDue =
  (options: NotifyOptions) =>
  async (notice: DueNotice): Promise<void> => {
    const message = messageOf(notice);
    if (message) await notifyOnce(options, message);
  };
