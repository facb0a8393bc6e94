import shared from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: '../..',
  roots: ['<rootDir>/test/deploy'],
  testMatch: ['**/*.deploy.ts'],
  // This ends a run that hangs: a deployment takes one minute on an idle machine, and ten on a very busy one.
  testTimeout: 900_000,
  maxWorkers: 1,
  verbose: true,
};
