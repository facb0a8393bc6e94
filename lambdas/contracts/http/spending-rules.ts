import { z } from 'zod';
import { versionSchema } from '../storage/version';

/** The rules about what an account's requests cost together. */
export const newSpendingRulesSchema = z
  .strictObject({
    endUsers: z
      .boolean()
      .default(false)
      .describe(
        'Whether usage is also added up by end user: by a keyed hash of `user`, or of the session that a coding agent names in a header. The values themselves are never stored.',
      ),
  })
  .meta({ id: 'NewSpendingRules' });

export const spendingRulesSchema = z
  .object({ endUsers: z.boolean(), version: versionSchema })
  .meta({ id: 'SpendingRules' });

export type NewSpendingRules = Readonly<z.infer<typeof newSpendingRulesSchema>>;
export type SpendingRulesView = Readonly<z.infer<typeof spendingRulesSchema>>;
