import { z } from 'zod';
import { IDENTITY_CHECKS } from '../../../lambdas/contracts/storage/export';
import { accountIdSchema, personIdSchema } from '../../../lambdas/contracts/storage/ids';

/** How an operator made sure who asks for something about their own data. */
export const identityCheck = z.enum(
  IDENTITY_CHECKS,
  `Say with --identity how you made sure who asks: ${IDENTITY_CHECKS.join(' or ')}.`,
);

/** An account or a person, whose data a command is about. */
export const ownerId = z
  .string()
  .refine(
    (id) => accountIdSchema.safeParse(id).success || personIdSchema.safeParse(id).success,
    'Name an account or a person by their ID.',
  );
