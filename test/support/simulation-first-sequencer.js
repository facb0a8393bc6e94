import TestSequencer from '@jest/test-sequencer';

/**
 * Puts the simulation before all other tests. With each file that one process has run, Jest (30.5) leaves one more
 * store of asynchronous context behind, and every promise has to pass through all of them: after 150 files the
 * simulation, which is nothing but promises, takes ten times as long.
 */
export default class SimulationFirst extends TestSequencer {
  sort(tests) {
    const isSimulation = ({ path }) => path.includes('/test/simulation/');
    const sorted = super.sort(tests);
    return [...sorted.filter(isSimulation), ...sorted.filter((test) => !isSimulation(test))];
  }
}
