import shared from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: '../..',
  roots: ['<rootDir>/test/deploy'],
  testMatch: ['**/*.deploy.ts'],
  // The first deployment includes the start of the emulator.
  testTimeout: 120_000,
  maxWorkers: 1,
  verbose: true,
};
