import { z } from 'zod';
import { isTimeZone } from './time-zone';
import { ENDPOINT_IDS, regionSchema } from '../storage/catalog';

/** The parts of the API that a key can be limited to: each metered endpoint, the model list, and past requests. */
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

/** A set, written as a list. It cannot be empty: to allow nothing, revoke the key. */
const setOf = <Element extends z.ZodType<string>>(element: Element, sizeMax: number) =>
  z.array(element).min(1).max(sizeMax).refine(isUnique, 'must not contain duplicates');

/** Printable ASCII, with an optional `*` at the end. */
const modelPatternSchema = z
  .string()
  .regex(/^[!-)+-~]{1,128}\*?$|^\*$/, 'must be a model name, or a prefix followed by *');

export const budgetSchema = z.strictObject({
  /** Pico-dollars (1e-12 USD), as a decimal string. */
  limitPico: z.string().regex(/^(0|[1-9]\d{0,20})$/, 'must be a whole number of pico-dollars, as a string'),
  /** A week begins on Monday. */
  window: z.enum(BUDGET_WINDOWS),
  /** The IANA time zone in which days begin. @default UTC */
  timeZone: z.string().max(64).refine(isTimeZone, 'must be a time zone such as Europe/Berlin').optional(),
});

export const labelNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_.-]{0,31}$/, 'must start with a lower-case letter and contain only a-z, 0-9 and _.-');
/** `@` is not allowed, so that no email address ends up in a usage record. */
export const labelValueSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9 _.:/-]{0,63}$/,
    'must start with a letter or digit and contain only letters, digits, spaces and _.:/-',
  );

/** For cost allocation. */
export const labelsSchema = z
  .record(labelNameSchema, labelValueSchema)
  .refine((labels) => Object.keys(labels).length <= LABELS_MAX, `must have at most ${LABELS_MAX} labels`);

/** The rules of a key. An absent rule allows everything. A request must satisfy every rule that is present. */
export const keyRulesSchema = z
  .strictObject({
    scopes: setOf(z.enum(KEY_SCOPES), KEY_SCOPES.length).optional(),
    /** Public model names, as clients send them. A trailing `*` matches any ending. */
    models: setOf(modelPatternSchema, MODELS_MAX).optional(),
    budget: budgetSchema.optional(),
    requestsPerMinute: z.int().min(1).max(REQUESTS_PER_MINUTE_MAX).optional(),
    /** Input and output tokens. A running request counts with what it began with, an ended request with its actual usage. */
    tokensPerMinute: z.int().min(1).max(TOKENS_PER_MINUTE_MAX).optional(),
    /** The maximum number of paid requests that run at the same time. */
    concurrency: z.int().min(1).max(CONCURRENCY_MAX).optional(),
    /** The address ranges that the key may be used from. */
    cidrs: setOf(
      z.union([z.cidrv4(), z.cidrv6()], 'must be an address range such as 192.0.2.0/24'),
      CIDRS_MAX,
    ).optional(),
    /** The regions that a provider may process requests in. Providers without a configured region are excluded. */
    regions: setOf(regionSchema, REGIONS_MAX).optional(),
    /** Whether to use only providers that retain no request data. */
    zeroDataRetention: z.boolean().optional(),
    labels: labelsSchema.optional(),
  })
  .meta({ id: 'KeyRules' });

export type KeyRules = Readonly<z.infer<typeof keyRulesSchema>>;

/** Rules as they are read. A later release may have written rules that this one can show, but not enforce. */
export const storedRulesSchema = z.union([keyRulesSchema, z.record(z.string(), z.unknown())]);

export type StoredRules = Readonly<z.infer<typeof storedRulesSchema>>;

/** @returns undefined for rules that this release cannot enforce */
export const enforceableRules = (rules: StoredRules): KeyRules | undefined => keyRulesSchema.safeParse(rules).data;
export type BudgetRule = Readonly<z.infer<typeof budgetSchema>>;
export type Labels = Readonly<z.infer<typeof labelsSchema>>;

export const RULE_NAMES = Object.keys(keyRulesSchema.shape) as [keyof KeyRules, ...(keyof KeyRules)[]];

/** The rules that the audit log records. It omits addresses and labels because they can identify a person. */
export const impersonalRulesSchema = keyRulesSchema.omit({ cidrs: true, labels: true });
