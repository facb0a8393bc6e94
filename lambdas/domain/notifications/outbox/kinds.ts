import { z } from 'zod';
import type { OptionalCategory } from '../../../contracts/http/notifications';
import { OPTIONAL_CATEGORIES } from '../../../contracts/http/notifications';
import { policyKindSchema } from '../../../contracts/http/policies';
import { ROLES } from '../../../contracts/http/roles';
import { personIdSchema } from '../../../contracts/storage/ids';
import { WEBHOOK_DISABLE_REASONS } from '../../../contracts/storage/webhook-state';

/** Mails that nobody can decline, because the law, the contract or the safety of an account requires them. */
export type MandatoryCategory = 'billing' | 'security' | 'privacy' | 'invitation' | 'service';
export type Category = MandatoryCategory | OptionalCategory;

/** An ID of ours or of the payment provider. It has no space and no `@`, so it is neither text nor an address. */
const id = z.string().regex(/^[\w.:#-]{1,128}$/, 'must be an ID');
const at = z.iso.datetime();
/** Pico-dollars. */
const amountPico = z.bigint();
const count = z.string().regex(/^\d{1,15}$/, 'must be a whole number');
const role = z.enum(ROLES);
/** A person's pseudonym, or a command of the deployment. */
const actor = z.union([personIdSchema, z.literal('deployment')]).default('deployment');

const kind = <Shape extends z.ZodRawShape>(category: Category, shape: Shape) => ({
  category,
  /** The only values that a message carries: IDs, amounts, times and words of closed lists. */
  parameters: z.strictObject(shape),
});

/** Every kind of message. A mail of each has a template in ../templates. */
export const KINDS = {
  welcome: kind('product', {}),
  invitation: kind('invitation', {}),
  low_balance: kind('lowBalance', { availablePico: amountPico, thresholdPico: amountPico }),
  top_up_succeeded: kind('billing', { amountPico, paymentId: id }),
  top_up_failed: kind('billing', { amountPico, paymentId: id }),
  auto_top_up_failed: kind('billing', { amountPico, paymentId: id }),
  auto_top_up_action_needed: kind('billing', { amountPico, paymentId: id }),
  auto_top_up_disabled: kind('billing', { at }),
  invoice_issued: kind('billing', { amountPico, invoiceId: id }),
  statement_due: kind('billing', { amountPico, statementId: id, dueAt: at }),
  statement_reminder: kind('billing', { amountPico, statementId: id, dueAt: at, reminder: z.enum(['1', '2', '3']) }),
  subscription_changed: kind('billing', {
    change: z.enum(['started', 'changed', 'renewed', 'canceled', 'resumed', 'past_due', 'ended']),
    at,
    /** When a canceled subscription ends. */
    endsAt: at.optional(),
  }),
  account_in_debt: kind('billing', { debtPico: amountPico, paymentId: id }),
  key_created: kind('security', { keyId: id, at, by: actor }),
  key_rotated: kind('security', { keyId: id, replacedBy: id, endsAt: at, by: actor }),
  key_expiring: kind('security', { keyId: id, endsAt: at }),
  new_sign_in: kind('security', { at }),
  role_changed: kind('security', { role, at }),
  budget_reached: kind('budget', {
    keyId: id,
    percent: z.enum(['80', '100']),
    limitPico: amountPico,
    window: z.enum(['day', 'week', 'month', 'total']),
    /** The first day of the window; absent for the total. */
    from: z.iso.date().optional(),
  }),
  shared_budget_reached: kind('budget', {
    budgetId: id,
    of: z.enum(['member', 'label', 'account']),
    percent: z.enum(['80', '100']),
    limitPico: amountPico,
    window: z.enum(['day', 'week', 'month', 'total']),
    /** The first day of the window; absent for the total. */
    from: z.iso.date().optional(),
  }),
  error_rate: kind('service', { failed: count, requests: count, at }),
  spend_anomaly: kind('service', { spentPico: amountPico, usualPico: amountPico, at }),
  webhook_disabled: kind('service', { webhookId: id, reason: z.enum(WEBHOOK_DISABLE_REASONS), at }),
  export_ready: kind('privacy', { exportId: id, endsAt: at }),
  erasure_requested: kind('privacy', { erasureId: id, endsAt: at }),
  erasure_cancelled: kind('privacy', { erasureId: id }),
  erasure_begun: kind('privacy', { erasureId: id }),
  support_answered: kind('service', { threadId: id, at }),
  policy_changed: kind('privacy', { policy: policyKindSchema, version: id, effectiveAt: at }),
} as const;

export type Kind = keyof typeof KINDS;
export type ParametersOf<K extends Kind> = z.input<(typeof KINDS)[K]['parameters']>;

/** Whether people can decline messages of the category. */
export const isOptional = (category: Category): category is OptionalCategory =>
  (OPTIONAL_CATEGORIES as readonly string[]).includes(category);
