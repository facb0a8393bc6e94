import TestSequencer from '@jest/test-sequencer';

/**
 * Runs the simulation before all other tests. Jest 30.5 leaks one store of asynchronous context per test file, and every
 * promise in the process then has to maintain all of them. After 150 files the simulation, which consists of little but
 * promises, takes ten times as long.
 */
export default class SimulationFirst extends TestSequencer {
  sort(tests) {
    const isSimulation = ({ path }) => path.includes('/test/simulation/');
    const sorted = super.sort(tests);
    return [...sorted.filter(isSimulation), ...sorted.filter((test) => !isSimulation(test))];
  }
}
