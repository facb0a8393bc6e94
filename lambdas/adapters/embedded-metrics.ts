import type { LogFields } from '../domain/log';

type Unit = 'Count' | 'Milliseconds' | 'None';
/** Numbers that a line has for its metrics alone. */
interface Counts {
  readonly requests: 1;
  readonly errors?: 1;
  readonly costPicoUsd?: number;
}
type Numbers = keyof Counts | keyof LogFields;

/** The metrics of the lines with one code, by the fields that are their dimensions. */
interface Directive {
  /** Fields with few values. None of them tells for whom a request was. */
  readonly by: readonly (keyof LogFields)[];
  readonly metrics: { readonly [metric in Numbers]?: Unit };
}

const ROUTE = ['gen_ai.provider.name', 'gen_ai.request.model'] as const;
const ERRORS: Directive = { by: ['error.type'], metrics: { errors: 'Count' } };

const DIRECTIVES: { readonly [code: string]: readonly Directive[] } = {
  REQUEST_SETTLED: [
    { by: [...ROUTE, 'status'], metrics: { requests: 'Count' } },
    {
      by: ROUTE,
      metrics: {
        durationMs: 'Milliseconds',
        firstByteMs: 'Milliseconds',
        'gen_ai.usage.input_tokens': 'Count',
        'gen_ai.usage.output_tokens': 'Count',
        'gen_ai.usage.cache_read.input_tokens': 'Count',
        'gen_ai.usage.cache_creation.input_tokens': 'Count',
        'gen_ai.usage.reasoning.output_tokens': 'Count',
        costPicoUsd: 'None',
      },
    },
    ERRORS,
  ],
  REQUEST_REFUSED: [ERRORS],
};

/**
 * The members that make a log line count in CloudWatch (Embedded Metric Format): the line names the metrics, and its own
 * fields are their values and dimensions.
 *
 * @returns nothing for a code without metrics
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(namespace: string, code: string, fields: LogFields, now: Date): object {
  const directives = DIRECTIVES[code];
  if (directives === undefined) return {};
  const counts: Counts = {
    requests: 1,
    ...(fields['error.type'] !== undefined && { errors: 1 }),
    // eslint-disable-next-line no-restricted-syntax -- A metric is a float, for display only: the ledger has the exact amount.
    ...(fields.costPico !== undefined && { costPicoUsd: Number(fields.costPico) }),
  };
  const values: { readonly [name: string]: unknown } = { ...fields, ...counts };
  const CloudWatchMetrics = directives
    .filter(({ by }) => by.every((name) => values[name] !== undefined))
    .map(({ by, metrics }) => ({
      Namespace: namespace,
      Dimensions: [by],
      Metrics: Object.entries(metrics)
        .filter(([Name]) => typeof values[Name] === 'number')
        .map(([Name, Unit]) => ({ Name, Unit })),
    }));
  return { ...counts, _aws: { Timestamp: now.getTime(), CloudWatchMetrics } };
}
