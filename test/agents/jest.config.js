import shared from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: '../..',
  roots: ['<rootDir>/test/agents'],
  testMatch: ['**/*.agents.ts'],
  maxWorkers: 1,
  verbose: true,
};
