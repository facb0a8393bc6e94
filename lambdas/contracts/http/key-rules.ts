import { z } from 'zod';
import { ENDPOINT_IDS, regionSchema } from '../storage/catalog';

/** What a key may be used for: a metered endpoint each, the list of models, and the account's ended requests. */
export const KEY_SCOPES = [...ENDPOINT_IDS, 'models', 'requests'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

const BUDGET_WINDOWS = ['day', 'week', 'month', 'total'] as const;

const MODELS_MAX = 50;
const CIDRS_MAX = 100;
const REGIONS_MAX = 20;
const LABELS_MAX = 8;
const REQUESTS_PER_MINUTE_MAX = 1_000_000;
const TOKENS_PER_MINUTE_MAX = 1_000_000_000;
const CONCURRENCY_MAX = 10_000;

const isUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** A set, written as a list: the empty one would allow nothing, for which a key is revoked. */
const listOf = <Element extends z.ZodType<string>>(element: Element, most: number) =>
  z.array(element).min(1).max(most).refine(isUnique, 'must not name anything twice');

/** Printable ASCII; a star only at the end. */
const modelPatternSchema = z
  .string()
  .regex(/^[!-)+-~]{1,128}\*?$|^\*$/, 'must be a model’s name, or its beginning and a *');

const budgetSchema = z.strictObject({
  /** Pico-dollars (1e-12 USD), as a decimal string. */
  limitPico: z.string().regex(/^(0|[1-9]\d{0,20})$/, 'must be a whole number of pico-dollars, as a string'),
  /** A week begins on Monday. */
  window: z.enum(BUDGET_WINDOWS),
  /** Where a day begins: a name of the IANA database. @default UTC */
  timeZone: z.string().max(64).refine(isTimeZone, 'must be a time zone such as Europe/Berlin').optional(),
});

/** For cost allocation. No `@`: a mail address does not belong into a usage record. */
export const labelsSchema = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_.-]{0,31}$/, 'must be lower-case letters, digits and _.-'),
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 _.:/-]{0,63}$/, 'must be letters, digits, spaces and _.:/-'),
  )
  .refine((labels) => Object.keys(labels).length <= LABELS_MAX, `must be at most ${LABELS_MAX}`);

/** What a key may do. An absent rule allows everything; all that are there must hold. */
export const keyRulesSchema = z
  .strictObject({
    scopes: listOf(z.enum(KEY_SCOPES), KEY_SCOPES.length).optional(),
    /** Public names, as clients send them; a trailing `*` stands for any end. */
    models: listOf(modelPatternSchema, MODELS_MAX).optional(),
    budget: budgetSchema.optional(),
    requestsPerMinute: z.int().min(1).max(REQUESTS_PER_MINUTE_MAX).optional(),
    /** What a request can take and give at most, until it has ended; then what it did. */
    tokensPerMinute: z.int().min(1).max(TOKENS_PER_MINUTE_MAX).optional(),
    /** Paid requests at a time. */
    concurrency: z.int().min(1).max(CONCURRENCY_MAX).optional(),
    /** From where the key may be used. */
    cidrs: listOf(
      z.union([z.cidrv4(), z.cidrv6()], 'must be an address range such as 192.0.2.0/24'),
      CIDRS_MAX,
    ).optional(),
    /** Where providers may be: one without a region is nowhere. */
    regions: listOf(regionSchema, REGIONS_MAX).optional(),
    /** Whether only providers may be asked that keep nothing of a request. */
    zeroDataRetention: z.boolean().optional(),
    labels: labelsSchema.optional(),
  })
  .meta({ id: 'KeyRules' });

export type KeyRules = Readonly<z.infer<typeof keyRulesSchema>>;
export type BudgetRule = Readonly<z.infer<typeof budgetSchema>>;
export type Labels = Readonly<z.infer<typeof labelsSchema>>;

export const RULE_NAMES = Object.keys(keyRulesSchema.shape) as [keyof KeyRules, ...(keyof KeyRules)[]];

/** What of a key's rules is recorded when they change: an address and a label may say something of a person. */
export const impersonalRulesSchema = keyRulesSchema.omit({ cidrs: true, labels: true });

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
