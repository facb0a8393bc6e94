import base from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/mutation/every-test.ts'],
  reporters: [],
  // One file needs no order, and the files that the usual order names are not copied for a mutation run.
  testSequencer: '@jest/test-sequencer',
};
