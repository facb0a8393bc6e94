import { INPUT_UNITS, OUTPUT_UNITS } from '../../../contracts/storage/units';
import { formatUsd } from '../../money/pico';
import { type Histogram, percentile } from '../rollups/histogram';
import { MEASURE_PREFIXES, type Measures } from '../rollups/measures';

/** The metrics of a report. Costs are exact dollars, durations whole milliseconds, everything else a count. */
export const METRICS = {
  requests: (measures: Measures) => Number(measures['requests'] ?? 0n),
  cost: (measures: Measures) => formatUsd(measures['costPico'] ?? 0n),
  errors: (measures: Measures) => sumOf(measures, MEASURE_PREFIXES.errors),
  tokens: (measures: Measures) => sumOf(measures, MEASURE_PREFIXES.tokens),
  inputTokens: (measures: Measures) => tokensIn(measures, INPUT_UNITS),
  outputTokens: (measures: Measures) => tokensIn(measures, OUTPUT_UNITS),
  durationP50: (measures: Measures) => durationOf(measures, MEASURE_PREFIXES.durations, 50),
  durationP95: (measures: Measures) => durationOf(measures, MEASURE_PREFIXES.durations, 95),
  durationP99: (measures: Measures) => durationOf(measures, MEASURE_PREFIXES.durations, 99),
  firstByteP50: (measures: Measures) => durationOf(measures, MEASURE_PREFIXES.firstBytes, 50),
  firstByteP95: (measures: Measures) => durationOf(measures, MEASURE_PREFIXES.firstBytes, 95),
  firstByteP99: (measures: Measures) => durationOf(measures, MEASURE_PREFIXES.firstBytes, 99),
} as const satisfies { readonly [name: string]: (measures: Measures) => Amount };

/** Null for a duration of which there is none. */
export type Amount = string | number | null;
export type Metric = keyof typeof METRICS;

/** The ways to divide tokens, requests and errors, besides the values of a dimension. */
const SUBGROUPS = {
  unit: MEASURE_PREFIXES.tokens,
  status: MEASURE_PREFIXES.statuses,
  httpStatus: MEASURE_PREFIXES.errors,
} as const;
export type Subgroup = keyof typeof SUBGROUPS;

/** The parts of a subgroup that occur in measures, such as the units of tokens, in alphabetical order. */
export const partsIn = (measures: Measures, subgroup: Subgroup): readonly string[] => {
  const prefix = SUBGROUPS[subgroup];
  const names = Object.keys(measures).filter((name) => name.startsWith(prefix));
  return names.map((name) => name.slice(prefix.length)).sort();
};

export const partOf = (measures: Measures, subgroup: Subgroup, part: string): number =>
  Number(measures[`${SUBGROUPS[subgroup]}${part}`] ?? 0n);

const sumOf = (measures: Measures, prefix: string): number =>
  Object.entries(measures).reduce((sum, [name, value]) => (name.startsWith(prefix) ? sum + Number(value) : sum), 0);

const tokensIn = (measures: Measures, units: readonly string[]): number =>
  units.reduce((sum, unit) => sum + Number(measures[`${MEASURE_PREFIXES.tokens}${unit}`] ?? 0n), 0);

function durationOf(measures: Measures, prefix: string, percent: number): number | null {
  const histogram: Histogram = new Map(
    Object.entries(measures)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, count]) => [Number(name.slice(prefix.length)), Number(count)] as const),
  );
  const milliseconds = percentile(histogram, percent);
  // The last bucket has no end, and JSON has no infinity.
  return milliseconds === undefined || milliseconds === Infinity ? null : milliseconds;
}
