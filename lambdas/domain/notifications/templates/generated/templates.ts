// Written by `npm run mails` from dev/mail-templates.
import type { Kind } from '../../outbox/kinds';
import type { Template } from '../template';
import { WELCOME } from './welcome';
import { INVITATION } from './invitation';
import { LOW_BALANCE } from './low-balance';
import { TOP_UP_SUCCEEDED } from './top-up-succeeded';
import { TOP_UP_FAILED } from './top-up-failed';
import { AUTO_TOP_UP_FAILED } from './auto-top-up-failed';
import { AUTO_TOP_UP_ACTION_NEEDED } from './auto-top-up-action-needed';
import { AUTO_TOP_UP_DISABLED } from './auto-top-up-disabled';
import { INVOICE_ISSUED } from './invoice-issued';
import { STATEMENT_DUE } from './statement-due';
import { STATEMENT_REMINDER } from './statement-reminder';
import { SUBSCRIPTION_CHANGED } from './subscription-changed';
import { ACCOUNT_IN_DEBT } from './account-in-debt';
import { KEY_CREATED } from './key-created';
import { KEY_ROTATED } from './key-rotated';
import { KEY_EXPIRING } from './key-expiring';
import { NEW_SIGN_IN } from './new-sign-in';
import { ROLE_CHANGED } from './role-changed';
import { BUDGET_REACHED } from './budget-reached';
import { SHARED_BUDGET_REACHED } from './shared-budget-reached';
import { ERROR_RATE } from './error-rate';
import { SPEND_ANOMALY } from './spend-anomaly';
import { WEBHOOK_DISABLED } from './webhook-disabled';
import { EXPORT_READY } from './export-ready';
import { ERASURE_REQUESTED } from './erasure-requested';
import { ERASURE_CANCELLED } from './erasure-cancelled';
import { ERASURE_BEGUN } from './erasure-begun';
import { SUPPORT_ANSWERED } from './support-answered';
import { POLICY_CHANGED } from './policy-changed';

/** The mail of each kind of message. */
export const TEMPLATES: { readonly [kind in Kind]: Template } = {
  welcome: WELCOME,
  invitation: INVITATION,
  low_balance: LOW_BALANCE,
  top_up_succeeded: TOP_UP_SUCCEEDED,
  top_up_failed: TOP_UP_FAILED,
  auto_top_up_failed: AUTO_TOP_UP_FAILED,
  auto_top_up_action_needed: AUTO_TOP_UP_ACTION_NEEDED,
  auto_top_up_disabled: AUTO_TOP_UP_DISABLED,
  invoice_issued: INVOICE_ISSUED,
  statement_due: STATEMENT_DUE,
  statement_reminder: STATEMENT_REMINDER,
  subscription_changed: SUBSCRIPTION_CHANGED,
  account_in_debt: ACCOUNT_IN_DEBT,
  key_created: KEY_CREATED,
  key_rotated: KEY_ROTATED,
  key_expiring: KEY_EXPIRING,
  new_sign_in: NEW_SIGN_IN,
  role_changed: ROLE_CHANGED,
  budget_reached: BUDGET_REACHED,
  shared_budget_reached: SHARED_BUDGET_REACHED,
  error_rate: ERROR_RATE,
  spend_anomaly: SPEND_ANOMALY,
  webhook_disabled: WEBHOOK_DISABLED,
  export_ready: EXPORT_READY,
  erasure_requested: ERASURE_REQUESTED,
  erasure_cancelled: ERASURE_CANCELLED,
  erasure_begun: ERASURE_BEGUN,
  support_answered: SUPPORT_ANSWERED,
  policy_changed: POLICY_CHANGED,
};
