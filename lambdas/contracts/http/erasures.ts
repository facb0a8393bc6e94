import { z } from 'zod';
import { BALANCE_POLICIES } from '../deployment/erasure-settings';
import { BALANCE_OUTCOMES, ERASURE_STATES, RESOLUTIONS, STOP_REASONS } from '../storage/erasure';
import { IDENTITY_CHECKS } from '../storage/export';
import { erasureIdSchema, personIdSchema } from '../storage/ids';
import { openValue } from '../storage/open-values';

/** An operator's request for an erasure on an owner's behalf. */
export const assistedErasureSchema = z
  .strictObject({
    identityCheck: z.enum(IDENTITY_CHECKS).describe('How the operator made sure who asks.'),
  })
  .meta({ id: 'AssistedErasure' });

/** An operator's decision about an erasure that has stopped. */
export const erasureDecisionSchema = z
  .strictObject({
    decision: z
      .enum(RESOLUTIONS)
      .describe(
        '`refund` and `forfeit` end the credit; `retry` tries again what has failed, or was settled meanwhile.',
      ),
  })
  .meta({ id: 'ErasureDecision' });

/** An erasure that is not over, or was cancelled within the last seven days. */
export const erasureSchema = z
  .object({
    erasureId: erasureIdSchema,
    state: openValue(ERASURE_STATES),
    requestedAt: z.iso.datetime(),
    /** Absent if a command requested it. */
    requestedBy: personIdSchema.optional(),
    identityCheck: openValue(IDENTITY_CHECKS).optional(),
    graceEndsAt: z.iso.datetime().describe('Until then it can be cancelled.'),
    balance: openValue(BALANCE_POLICIES).describe('The rule for the credit that is left.'),
    stoppedBecause: openValue(STOP_REASONS).optional().describe('Present while it waits for an operator.'),
    balanceOutcome: openValue(BALANCE_OUTCOMES).optional(),
  })
  .meta({ id: 'Erasure' });

/** A legal hold. */
export const legalHoldViewSchema = z
  .object({ placedAt: z.iso.datetime().optional().describe('Absent if there is no hold.') })
  .meta({ id: 'LegalHold' });

export const CERTIFICATE_FORMAT = 'tollgate-erasure-certificate';

/** The content of a certificate, which names neither the account nor the person. */
export const certificateContentSchema = z.object({
  format: z.literal(CERTIFICATE_FORMAT),
  version: z.int().positive(),
  erasureId: erasureIdSchema,
  deployment: z.string(),
  subject: openValue(['account', 'person']),
  requestedAt: z.iso.datetime(),
  erasedAt: z.iso.datetime().describe('When nothing was found any more.'),
  backupsEndBy: z.iso.datetime().describe('From then on, no backup has the data either.'),
  balancePolicy: openValue(BALANCE_POLICIES),
  balanceOutcome: openValue(BALANCE_OUTCOMES),
  kept: z.array(z.string()).describe('The records that are kept: a word for each.'),
  endsAt: z.iso.datetime().describe('From then on, the deployment does not have the certificate any more.'),
  keyId: z.string().describe('The SHA-256 of the public key that verifies the signature.'),
});

/** A signed certificate. A later release may add fields to its content, and they are signed too. */
export const certificateSchema = z
  .object({
    certificate: z.looseObject(certificateContentSchema.shape),
    signature: z
      .string()
      .describe(
        'The ECDSA signature (P-256, SHA-256, DER) of the certificate as canonical JSON (RFC 8785), in base64.',
      ),
  })
  .meta({ id: 'ErasureCertificate' });
