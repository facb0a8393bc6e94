import { messageIdOf, type NewMessage, type Recipient } from './message';
import type { ParametersOf } from './kinds';

// One function for each kind. Each names the event that it is about, so that every retry of it is the same message.

const BILLING: Recipient = { to: 'billing' };
/** The people who answer for an account's keys and members. */
const ADMINISTRATORS: Recipient = { to: 'roles', roles: ['owner', 'admin'] };
/** The people who can add money. */
const PAYERS: Recipient = { to: 'roles', roles: ['owner', 'admin', 'billing'] };

interface InAccount {
  readonly accountId: string;
}
type Payment = InAccount & ParametersOf<'top_up_succeeded'>;

export const welcome = (personId: string): NewMessage => ({
  messageId: messageIdOf('welcome', personId),
  kind: 'welcome',
  recipient: { to: 'person', personId },
  parameters: {},
});

export const invitation = ({ accountId, invitationId }: InAccount & { readonly invitationId: string }): NewMessage => ({
  messageId: messageIdOf('invitation', invitationId),
  kind: 'invitation',
  accountId,
  recipient: { to: 'invitation', invitationId },
  parameters: {},
});

/** @param event.dip names this fall below the threshold, such as the credit before it: each dip is one message */
export function lowBalance(event: InAccount & ParametersOf<'low_balance'> & { readonly dip: string }): NewMessage {
  const { accountId, dip, ...parameters } = event;
  const messageId = messageIdOf('low_balance', accountId, dip);
  return { messageId, kind: 'low_balance', accountId, recipient: PAYERS, parameters };
}

/**
 * @param event.counterId the key's counters: a rotated key shares them with its successor
 * @param event.windowName names the window among all of the counters
 */
export function budgetReached(
  event: InAccount & ParametersOf<'budget_reached'> & { readonly counterId: string; readonly windowName: string },
): NewMessage {
  const { accountId, counterId, windowName, ...parameters } = event;
  const messageId = messageIdOf('budget_reached', counterId, windowName, parameters.percent);
  return { messageId, kind: 'budget_reached', accountId, recipient: ADMINISTRATORS, parameters };
}

/** @param event.windowName names the window among all of the budget */
export function sharedBudgetReached(
  event: InAccount & ParametersOf<'shared_budget_reached'> & { readonly windowName: string },
): NewMessage {
  const { accountId, windowName, ...parameters } = event;
  const messageId = messageIdOf('shared_budget_reached', parameters.budgetId, windowName, parameters.percent);
  return { messageId, kind: 'shared_budget_reached', accountId, recipient: ADMINISTRATORS, parameters };
}

const ofPayment =
  (kind: 'top_up_succeeded' | 'top_up_failed' | 'auto_top_up_failed' | 'auto_top_up_action_needed') =>
  ({ accountId, ...parameters }: Payment): NewMessage => ({
    messageId: messageIdOf(kind, accountId, parameters.paymentId),
    kind,
    accountId,
    recipient: BILLING,
    parameters,
  });

export const topUpSucceeded = ofPayment('top_up_succeeded');
export const topUpFailed = ofPayment('top_up_failed');
export const autoTopUpFailed = ofPayment('auto_top_up_failed');
/** The bank wants the payer to confirm the payment. The mail links to the console, which leads on to the payment. */
export const autoTopUpActionNeeded = ofPayment('auto_top_up_action_needed');

export const autoTopUpDisabled = ({ accountId, at }: InAccount & ParametersOf<'auto_top_up_disabled'>): NewMessage => ({
  messageId: messageIdOf('auto_top_up_disabled', accountId, at),
  kind: 'auto_top_up_disabled',
  accountId,
  recipient: BILLING,
  parameters: { at },
});

export function invoiceIssued({ accountId, ...parameters }: InAccount & ParametersOf<'invoice_issued'>): NewMessage {
  const messageId = messageIdOf('invoice_issued', accountId, parameters.invoiceId);
  return { messageId, kind: 'invoice_issued', accountId, recipient: BILLING, parameters };
}

export function statementDue({ accountId, ...parameters }: InAccount & ParametersOf<'statement_due'>): NewMessage {
  const messageId = messageIdOf('statement_due', accountId, parameters.statementId);
  return { messageId, kind: 'statement_due', accountId, recipient: BILLING, parameters };
}

export function statementReminder(event: InAccount & ParametersOf<'statement_reminder'>): NewMessage {
  const { accountId, ...parameters } = event;
  const messageId = messageIdOf('statement_reminder', accountId, parameters.statementId, parameters.reminder);
  return { messageId, kind: 'statement_reminder', accountId, recipient: BILLING, parameters };
}

/** @param event.revision with `subscriptionId`, it names the event: each state that is told has its own */
export function subscriptionChanged(
  event: InAccount &
    ParametersOf<'subscription_changed'> & { readonly subscriptionId: string; readonly revision: string },
): NewMessage {
  const { accountId, subscriptionId, revision, ...parameters } = event;
  const messageId = messageIdOf('subscription_changed', accountId, subscriptionId, revision);
  return { messageId, kind: 'subscription_changed', accountId, recipient: BILLING, parameters };
}

/** @param event.disputeId names the event: a payment can be disputed twice */
export function accountInDebt(
  event: InAccount & ParametersOf<'account_in_debt'> & { readonly disputeId: string },
): NewMessage {
  const { accountId, disputeId, ...parameters } = event;
  const messageId = messageIdOf('account_in_debt', accountId, disputeId);
  return { messageId, kind: 'account_in_debt', accountId, recipient: BILLING, parameters };
}

export function keyCreated({ accountId, ...parameters }: InAccount & ParametersOf<'key_created'>): NewMessage {
  const messageId = messageIdOf('key_created', parameters.keyId);
  return { messageId, kind: 'key_created', accountId, recipient: ADMINISTRATORS, parameters };
}

export function keyRotated({ accountId, ...parameters }: InAccount & ParametersOf<'key_rotated'>): NewMessage {
  const messageId = messageIdOf('key_rotated', parameters.replacedBy);
  return { messageId, kind: 'key_rotated', accountId, recipient: ADMINISTRATORS, parameters };
}

/** @param event.days how long before its end the key's people are told */
export function keyExpiring(event: InAccount & ParametersOf<'key_expiring'> & { readonly days: number }): NewMessage {
  const { accountId, days, ...parameters } = event;
  const messageId = messageIdOf('key_expiring', parameters.keyId, parameters.endsAt, String(days));
  return { messageId, kind: 'key_expiring', accountId, recipient: ADMINISTRATORS, parameters };
}

/** @param event.signInId names the sign-in, such as its time in the person's tokens */
export const newSignIn = (event: {
  readonly personId: string;
  readonly signInId: string;
  readonly at: string;
}): NewMessage => ({
  messageId: messageIdOf('new_sign_in', event.personId, event.signInId),
  kind: 'new_sign_in',
  recipient: { to: 'person', personId: event.personId },
  parameters: { at: event.at },
});

/** @param event.membership names the change: when the person joined, and the version of the membership */
export function roleChanged(
  event: InAccount & ParametersOf<'role_changed'> & { readonly personId: string; readonly membership: string },
): NewMessage {
  const { accountId, personId, membership, ...parameters } = event;
  const messageId = messageIdOf('role_changed', accountId, personId, parameters.role, membership);
  return { messageId, kind: 'role_changed', accountId, recipient: { to: 'person', personId }, parameters };
}

/**
 * An export can be downloaded.
 * @param event.requestedBy the person who gets the message. @default the owner of the account
 */
export function exportReady(
  event: ParametersOf<'export_ready'> & { readonly ownerId: string; readonly requestedBy?: string | undefined },
): NewMessage {
  const { ownerId, requestedBy, ...parameters } = event;
  const isOfPerson = !ownerId.startsWith('acc_');
  const recipient: Recipient =
    requestedBy === undefined ? { to: 'roles', roles: ['owner'] } : { to: 'person', personId: requestedBy };
  const messageId = messageIdOf('export_ready', parameters.exportId);
  return { messageId, kind: 'export_ready', ...(!isOfPerson && { accountId: ownerId }), recipient, parameters };
}

interface OfErasure {
  /** The account or the person that is to be erased. */
  readonly ownerId: string;
  readonly erasureId: string;
}

const ofOwner = ({ ownerId }: OfErasure): { readonly accountId?: string; readonly recipient: Recipient } =>
  ownerId.startsWith('acc_')
    ? { accountId: ownerId, recipient: ADMINISTRATORS }
    : { recipient: { to: 'person', personId: ownerId } };

/** An erasure was requested, and can be cancelled. @param event.endsAt the end of the grace period */
export const erasureRequested = (event: OfErasure & { readonly endsAt: string }): NewMessage => ({
  messageId: messageIdOf('erasure_requested', event.erasureId),
  kind: 'erasure_requested',
  ...ofOwner(event),
  parameters: { erasureId: event.erasureId, endsAt: event.endsAt },
});

export const erasureCancelled = (event: OfErasure): NewMessage => ({
  messageId: messageIdOf('erasure_cancelled', event.erasureId),
  kind: 'erasure_cancelled',
  ...ofOwner(event),
  parameters: { erasureId: event.erasureId },
});

/** An erasure is carried out: the last message before the person or the account is gone. */
export const erasureBegun = ({
  ownerId,
  personId,
  erasureId,
}: OfErasure & { readonly personId: string }): NewMessage => ({
  messageId: messageIdOf('erasure_begun', erasureId, personId),
  kind: 'erasure_begun',
  ...(ownerId.startsWith('acc_') && { accountId: ownerId }),
  recipient: { to: 'person', personId },
  parameters: { erasureId },
});

export const policyChanged = ({
  personId,
  ...parameters
}: ParametersOf<'policy_changed'> & { readonly personId: string }): NewMessage => ({
  messageId: messageIdOf('policy_changed', personId, parameters.policy, parameters.version),
  kind: 'policy_changed',
  recipient: { to: 'person', personId },
  parameters,
});

/** An operator has answered in a thread. The answer itself is not in the mail. */
export function supportAnswered(
  event: ParametersOf<'support_answered'> & { readonly personId: string; readonly messageId: string },
): NewMessage {
  const { personId, messageId: answer, ...parameters } = event;
  const messageId = messageIdOf('support_answered', answer);
  return { messageId, kind: 'support_answered', recipient: { to: 'person', personId }, parameters };
}
