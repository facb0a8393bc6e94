/** Is preloaded into every subject with `--import`, and measures the stalls of its event loop on request over IPC. */
import { StallMeter } from './stall-meter';

/** Starts a measurement, or ends it. The subject answers only to the end, with `Stalls`. */
export type StallRequest = 'start stalls' | 'report stalls';

const meter = new StallMeter();
process.on('message', (request: StallRequest) => {
  if (request === 'start stalls') meter.start();
  else process.send?.(meter.stop());
});
// The subject must end as it would without this listener.
process.channel?.unref();
