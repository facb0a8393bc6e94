import { z } from 'zod';
import { budgetIdSchema, personIdSchema } from '../storage/ids';
import { versionSchema } from '../storage/version';
import { budgetSchema, labelNameSchema, labelValueSchema } from './key-rules';

/** The most budgets of an account, so that its rules are read at once. */
export const BUDGETS_MAX = 200;

const ofMember = budgetSchema.extend({
  of: z.literal('member'),
  personId: personIdSchema.describe('The requests of keys that this member pays for count in the budget.'),
});
const ofLabel = budgetSchema.extend({
  of: z.literal('label'),
  name: labelNameSchema.describe('The requests of keys with this label count in the budget.'),
  value: labelValueSchema,
});
const ofAccount = budgetSchema.extend({ of: z.literal('account') });

/** A budget that keys share, besides the budgets of the keys themselves. */
export const newBudgetSchema = z.discriminatedUnion('of', [ofMember, ofLabel, ofAccount]).meta({ id: 'NewBudget' });

const identified = { budgetId: budgetIdSchema };
const storedBudgetSchema = z.discriminatedUnion('of', [
  ofMember.extend(identified),
  ofLabel.extend(identified),
  ofAccount.extend(identified),
]);
export const storedBudgetsSchema = z.array(storedBudgetSchema);

export type NewBudget = Readonly<z.infer<typeof newBudgetSchema>>;
export type StoredBudget = Readonly<z.infer<typeof storedBudgetSchema>>;
export type StoredBudgets = readonly StoredBudget[];

const endUsers = z
  .boolean()
  .default(false)
  .describe(
    'Whether usage is also added up by end user: by a keyed hash of `user`, or of the session that a coding agent names in a header. The values themselves are never stored.',
  );

/** The rules about what an account's requests cost together. */
export const newSpendingRulesSchema = z
  .strictObject({
    endUsers,
    budgets: z
      .array(newBudgetSchema)
      .max(BUDGETS_MAX)
      .default([])
      .describe(
        'At most one budget for each member and label, and one for the account. A budget keeps what it counted.',
      ),
  })
  .meta({ id: 'NewSpendingRules' });

const pico = z.string();

export const spendingRulesSchema = z
  .object({
    endUsers: z.boolean(),
    budgets: z.array(
      z.object({
        budgetId: z.string(),
        of: z.string(),
        personId: z.string().optional(),
        name: z.string().optional(),
        value: z.string().optional(),
        limitPico: pico,
        window: z.string(),
        timeZone: z.string().optional(),
        /** The charges of the current window. */
        spentPico: pico,
        /** The part of it that running requests hold. */
        heldPico: pico,
        leftPico: pico,
        /** The day on which the next window begins, in the budget's time zone. Absent for a budget in total. */
        resetsOn: z.iso.date().optional(),
      }),
    ),
    version: versionSchema,
  })
  .meta({ id: 'SpendingRules' });

export type NewSpendingRules = Readonly<z.input<typeof newSpendingRulesSchema>>;
export type SpendingRulesView = Readonly<z.infer<typeof spendingRulesSchema>>;
