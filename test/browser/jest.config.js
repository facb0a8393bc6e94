import shared from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: '../..',
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.browser.ts'],
  maxWorkers: 1,
  verbose: true,
};
