import { bundle } from './bundle';
import { nextMessage, type ChildProcesses } from './child-processes';
import { divideCores } from './cores';
import type { LoadResult, Target } from './load-jobs';
import type { RunLoad } from './measures';
import { directTarget, type BenchEnvironment } from './subjects';

/** The part that all measurements share: the upstream and the load generator run, and subjects can be started. */
export interface Bench {
  readonly environment: BenchEnvironment;
  readonly run: RunLoad;
  /** The upstream without a proxy. */
  readonly upstream: Target;
  readonly isPinned: boolean;
  readonly say: (line: string) => void;
}

/** @param folder for bundles and data; the caller deletes it */
export async function setUpBench(
  processes: ChildProcesses,
  folder: string,
  say: (line: string) => void,
): Promise<Bench> {
  const { isPinned, subject, others } = divideCores();
  const program = async (name: string) => bundle(new URL(name, import.meta.url), folder);
  const upstream = processes.start({ cores: others, program: [await program('./upstream.ts')] });
  const { port: upstreamPort } = await nextMessage<{ port: number }>(upstream);
  const generator = processes.start({ cores: others, program: [await program('./load.ts')] });
  const run: RunLoad = (job) => {
    const result = nextMessage<LoadResult>(generator);
    generator.send(job);
    return result;
  };
  const probe = await program('./stall-probe.ts');
  const environment = { processes, cores: subject, upstreamPort, folder, probe };
  return { environment, run, upstream: directTarget(upstreamPort), isPinned, say };
}
