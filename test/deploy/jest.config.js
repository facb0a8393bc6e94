import shared from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: '../..',
  roots: ['<rootDir>/test/deploy'],
  testMatch: ['**/*.deploy.ts'],
  // This ends a test or a hook that hangs. Some deploy three stacks several times, which a busy machine makes slow.
  testTimeout: 900_000,
  maxWorkers: 1,
  verbose: true,
};
