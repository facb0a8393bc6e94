import shared from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: '../..',
  roots: ['<rootDir>/test/deploy'],
  testMatch: ['**/*.deploy.ts'],
  // A deployment takes as long as it takes; the first one also starts the emulator.
  testTimeout: 120_000,
  maxWorkers: 1,
  verbose: true,
};
