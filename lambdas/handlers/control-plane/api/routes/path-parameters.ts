import { z } from 'zod';
import {
  accountIdSchema,
  couponIdSchema,
  invitationIdSchema,
  keyIdSchema,
  personIdSchema,
  proposalIdSchema,
  trustIdSchema,
} from '../../../../contracts/storage/ids';

export const inAccount = z.strictObject({ accountId: accountIdSchema });
export const ofMember = z.strictObject({ accountId: accountIdSchema, personId: personIdSchema });
export const ofInvitation = z.strictObject({ accountId: accountIdSchema, invitationId: invitationIdSchema });
export const ofKey = z.strictObject({ accountId: accountIdSchema, keyId: keyIdSchema });
export const ofTrust = z.strictObject({ accountId: accountIdSchema, trustId: trustIdSchema });
export const ofCoupon = z.strictObject({ couponId: couponIdSchema });
export const ofPerson = z.strictObject({ personId: personIdSchema });
export const ofProposal = z.strictObject({ proposalId: proposalIdSchema });
