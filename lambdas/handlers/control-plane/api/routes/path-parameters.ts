import { z } from 'zod';
import { policyKindSchema, policyVersionSchema } from '../../../../contracts/http/policies';
import {
  accountIdSchema,
  couponIdSchema,
  deliveryIdSchema,
  erasureIdSchema,
  exportIdSchema,
  invitationIdSchema,
  keyIdSchema,
  paidObjectIdSchema,
  personIdSchema,
  proposalIdSchema,
  requestIdSchema,
  supportThreadIdSchema,
  trustIdSchema,
  webhookIdSchema,
} from '../../../../contracts/storage/ids';

export const inAccount = z.strictObject({ accountId: accountIdSchema });
export const ofMember = z.strictObject({ accountId: accountIdSchema, personId: personIdSchema });
export const ofInvitation = z.strictObject({ accountId: accountIdSchema, invitationId: invitationIdSchema });
export const ofKey = z.strictObject({ accountId: accountIdSchema, keyId: keyIdSchema });
export const ofTrust = z.strictObject({ accountId: accountIdSchema, trustId: trustIdSchema });
export const ofRequest = z.strictObject({ accountId: accountIdSchema, requestId: requestIdSchema });
export const ofWebhook = z.strictObject({ accountId: accountIdSchema, webhookId: webhookIdSchema });
export const ofDelivery = ofWebhook.extend({ deliveryId: deliveryIdSchema });
export const ofStatement = z.strictObject({
  accountId: accountIdSchema,
  statement: z
    .string()
    .regex(
      /^20\d{2}-(?:0[1-9]|1[0-2])(?:\.csv|\.html)?$/,
      'must be a month such as 2026-11, 2026-11.csv or 2026-11.html',
    )
    .describe('A month (UTC), such as `2026-11`; with `.csv` or `.html`, the statement is sent as a file.'),
});
export const ofPolicy = z.strictObject({ policy: policyKindSchema, version: policyVersionSchema });
export const ofCoupon = z.strictObject({ couponId: couponIdSchema });
export const ofPaymentException = z.strictObject({
  paymentId: paidObjectIdSchema,
  code: z.string().regex(/^[a-z_]{1,40}$/, 'must be a code such as reused'),
});
export const ofExport = z.strictObject({ accountId: accountIdSchema, exportId: exportIdSchema });
export const ofOwnExport = z.strictObject({ exportId: exportIdSchema });
export const ofErasure = z.strictObject({ accountId: accountIdSchema, erasureId: erasureIdSchema });
export const ofOwnErasure = z.strictObject({ erasureId: erasureIdSchema });
export const ofPerson = z.strictObject({ personId: personIdSchema });
export const ofOwnThread = z.strictObject({ threadId: supportThreadIdSchema });
export const ofThread = ofPerson.extend({ threadId: supportThreadIdSchema });
export const ofProposal = z.strictObject({ proposalId: proposalIdSchema });
