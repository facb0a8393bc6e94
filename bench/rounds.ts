import {
  measureEventDelay,
  measureLatency,
  measureMemory,
  measureStreaming,
  measureThroughput,
  warmUp,
  type Memory,
  type RunLoad,
} from './measures';
import type { LoadResult, Target } from './load-jobs';
import type { Subject } from './subjects';

/** The number is odd, so that each median is a value that was measured. */
export const ROUNDS = 3;

/** One row of the results: the medians of all rounds, and the total failures. */
export interface Row {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly coreShare: number;
  readonly cpuMicrosPerRequest: number;
  readonly tail: number;
  readonly addedP50Micros: number;
  readonly addedP99Micros: number;
  readonly cpuMicrosPerEvent: number;
  readonly eventDelayP99Micros: number;
  readonly memory: Memory;
  readonly failures: LoadResult['failures'];
}

/** The figures of the upstream without a proxy. */
export interface Direct {
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly eventDelayP99Micros: number;
}

type Figures = { [Name in Exclude<keyof Row, 'name' | 'memory' | 'failures'>]: number[] };

class SubjectFigures {
  readonly subject: Subject;
  readonly memory: Memory;
  readonly figures: Figures = {
    requestsPerSecond: [],
    coreShare: [],
    cpuMicrosPerRequest: [],
    tail: [],
    addedP50Micros: [],
    addedP99Micros: [],
    cpuMicrosPerEvent: [],
    eventDelayP99Micros: [],
  };
  private readonly failures = new Map<string, number>();

  constructor(subject: Subject, memory: Memory) {
    this.subject = subject;
    this.memory = memory;
    this.addFailures(memory.failures);
  }

  addFailures(failures: LoadResult['failures']): void {
    for (const [kind, count] of Object.entries(failures))
      this.failures.set(kind, (this.failures.get(kind) ?? 0) + count);
  }

  row(): Row {
    const { figures } = this;
    return {
      name: this.subject.name,
      requestsPerSecond: median(figures.requestsPerSecond),
      coreShare: median(figures.coreShare),
      cpuMicrosPerRequest: median(figures.cpuMicrosPerRequest),
      tail: median(figures.tail),
      addedP50Micros: median(figures.addedP50Micros),
      addedP99Micros: median(figures.addedP99Micros),
      cpuMicrosPerEvent: median(figures.cpuMicrosPerEvent),
      eventDelayP99Micros: median(figures.eventDelayP99Micros),
      memory: this.memory,
      failures: Object.fromEntries(this.failures),
    };
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/**
 * Measures memory first, while the processes are new. After that the subjects take turns within each round, so that
 * other activity on the machine affects all of them alike.
 */
export async function runRounds(
  run: RunLoad,
  subjects: readonly Subject[],
  upstream: Target,
  say: (line: string) => void,
): Promise<{ rows: readonly Row[]; direct: Direct }> {
  const records: SubjectFigures[] = [];
  for (const subject of subjects) {
    say(`memory: ${subject.name}`);
    records.push(new SubjectFigures(subject, await measureMemory(run, subject)));
  }
  for (const subject of subjects) await warmUp(run, subject);

  const direct = { p50Micros: [] as number[], p99Micros: [] as number[], eventDelayP99Micros: [] as number[] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(`round ${round} of ${ROUNDS}`);
    const base = await measureLatency(run, upstream);
    direct.p50Micros.push(base.p50Micros);
    direct.p99Micros.push(base.p99Micros);
    direct.eventDelayP99Micros.push((await measureEventDelay(run, upstream)).p99Micros);
    for (const record of records) await measureTurn(run, record, base);
  }
  return {
    rows: records.map((record) => record.row()),
    direct: {
      p50Micros: median(direct.p50Micros),
      p99Micros: median(direct.p99Micros),
      eventDelayP99Micros: median(direct.eventDelayP99Micros),
    },
  };
}

async function measureTurn(
  run: RunLoad,
  record: SubjectFigures,
  base: { p50Micros: number; p99Micros: number },
): Promise<void> {
  const { figures, subject } = record;
  const streaming = await measureStreaming(run, subject);
  figures.cpuMicrosPerEvent.push(streaming.cpuMicrosPerEvent);
  figures.eventDelayP99Micros.push(streaming.p99Micros);

  const throughput = await measureThroughput(run, subject);
  figures.requestsPerSecond.push(throughput.requestsPerSecond);
  figures.coreShare.push(throughput.coreShare);
  figures.cpuMicrosPerRequest.push(throughput.cpuMicrosPerRequest);
  figures.tail.push(throughput.tail);

  const latency = await measureLatency(run, subject.target);
  figures.addedP50Micros.push(latency.p50Micros - base.p50Micros);
  figures.addedP99Micros.push(latency.p99Micros - base.p99Micros);

  for (const { failures } of [streaming, throughput, latency]) record.addFailures(failures);
}
