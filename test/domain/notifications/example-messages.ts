import type { Kind } from '../../../lambdas/domain/notifications/outbox/kinds';
import type { NewMessage } from '../../../lambdas/domain/notifications/outbox/message';
import { errorRate, spendAnomaly, webhookDisabled } from '../../../lambdas/domain/notifications/outbox/alert-messages';
import * as messages from '../../../lambdas/domain/notifications/outbox/messages';

const ERASURE = 'era_01JD0000000000000000000001';
const AT = '2026-11-20T10:00:00.000Z';
const DOLLAR = 1_000_000_000_000n;
const KEY = '01JD0000000000000000000001';
const OTHER_KEY = '01JD0000000000000000000002';

/** One message of each kind. Those to several people go to the one person, so that their preferences decide. */
export function exampleMessages(accountId: string, personId: string): { readonly [kind in Kind]: NewMessage } {
  const payment = { accountId, amountPico: 5n * DOLLAR, paymentId: 'pi_1' };
  const statement = { accountId, amountPico: 5n * DOLLAR, statementId: 'st_1', dueAt: AT };
  return {
    welcome: messages.welcome(personId),
    // Its recipient is an invitation, which the tests of invitations cover.
    invitation: messages.invitation({ accountId, invitationId: 'inv_01JD0000000000000000000001' }),
    low_balance: messages.lowBalance({ accountId, availablePico: DOLLAR, thresholdPico: 2n * DOLLAR, dip: 'pay_1' }),
    top_up_succeeded: messages.topUpSucceeded(payment),
    top_up_failed: messages.topUpFailed(payment),
    auto_top_up_failed: messages.autoTopUpFailed(payment),
    auto_top_up_action_needed: messages.autoTopUpActionNeeded(payment),
    auto_top_up_disabled: messages.autoTopUpDisabled({ accountId, at: AT }),
    invoice_issued: messages.invoiceIssued({ accountId, amountPico: 5n * DOLLAR, invoiceId: 'in_1' }),
    statement_due: messages.statementDue(statement),
    statement_reminder: messages.statementReminder({ ...statement, reminder: '2' }),
    subscription_changed: messages.subscriptionChanged({
      accountId,
      subscriptionId: 'sub_1',
      revision: '1',
      change: 'past_due',
      at: AT,
    }),
    account_in_debt: messages.accountInDebt({
      accountId,
      debtPico: 5n * DOLLAR,
      paymentId: 'pi_1',
      disputeId: 'dp_1',
    }),
    key_created: messages.keyCreated({ accountId, keyId: KEY, at: AT }),
    key_rotated: messages.keyRotated({ accountId, keyId: KEY, replacedBy: OTHER_KEY, endsAt: AT, by: personId }),
    key_expiring: messages.keyExpiring({ accountId, keyId: KEY, endsAt: AT, days: 7 }),
    new_sign_in: messages.newSignIn({ personId, signInId: 'token-1', at: AT }),
    role_changed: messages.roleChanged({ accountId, personId, role: 'admin', at: AT, membership: `${AT} 1` }),
    budget_reached: messages.budgetReached({
      accountId,
      keyId: KEY,
      counterId: KEY,
      percent: '80',
      limitPico: 5n * DOLLAR,
      window: 'month',
      from: '2026-11-01',
      windowName: 'month#UTC#2026-11-01',
    }),
    shared_budget_reached: messages.sharedBudgetReached({
      accountId,
      budgetId: 'bud_01JD0000000000000000000000',
      of: 'member',
      percent: '80',
      limitPico: 5n * DOLLAR,
      window: 'month',
      from: '2026-11-01',
      windowName: 'month#UTC#2026-11-01',
    }),
    error_rate: errorRate({ accountId, failed: '30', requests: '100', at: AT }),
    spend_anomaly: spendAnomaly({ accountId, spentPico: 30n * DOLLAR, usualPico: DOLLAR, at: AT }),
    webhook_disabled: webhookDisabled({
      accountId,
      webhookId: 'whk_01JD0000000000000000000001',
      reason: 'failing',
      at: AT,
    }),
    export_ready: messages.exportReady({
      ownerId: accountId,
      exportId: 'exp_01JD0000000000000000000001',
      requestedBy: personId,
      endsAt: AT,
    }),
    erasure_requested: messages.erasureRequested({ ownerId: accountId, erasureId: ERASURE, endsAt: AT }),
    erasure_cancelled: messages.erasureCancelled({ ownerId: accountId, erasureId: ERASURE }),
    erasure_begun: messages.erasureBegun({ ownerId: personId, personId, erasureId: ERASURE }),
    support_answered: messages.supportAnswered({
      personId,
      threadId: 'sup_01JD0000000000000000000001',
      messageId: 'smsg_01JD0000000000000000000001',
      at: AT,
    }),
    policy_changed: messages.policyChanged({ personId, policy: 'terms', version: '2', effectiveAt: AT }),
  };
}
