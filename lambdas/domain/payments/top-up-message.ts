import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import type { NewMessage } from '../notifications/outbox/message';
import { autoTopUpActionNeeded, autoTopUpDisabled, autoTopUpFailed } from '../notifications/outbox/messages';
import type { TopUpNotice } from './auto-top-up';
import { picoOfCents } from './cents';

/** The message about an automatic top-up. A success has none of its own, because its credit has one. */
export function messageOf(notice: TopUpNotice): NewMessage | undefined {
  const { accountId, kind, creditCents, paymentId, chargedAt } = notice;
  const payment = { accountId, paymentId, amountPico: picoOfCents(creditCents) };
  switch (kind) {
    case 'succeeded':
      return undefined;
    case 'declined':
      return autoTopUpFailed(payment);
    case 'authentication_required':
      return autoTopUpActionNeeded(payment);
    case 'disabled':
      return autoTopUpDisabled({ accountId, at: isoTime(chargedAt) });
  }
}
