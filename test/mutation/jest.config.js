import base from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/domain/{money,wallet,keys,table}/**/*.test.ts'],
  // Seconds for each of a thousand changes, and by chance: what they find must be found by an example too.
  testPathIgnorePatterns: ['\\.property\\.test\\.ts$'],
  reporters: [],
};
