import { defineConfig } from '@hey-api/openapi-ts';

/** The client of the management API: for the console, and for the tests. */
const config = defineConfig({
  input: 'docs/generated/openapi.json',
  output: { path: 'web/src/api/generated', clean: true },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
});
export { config as default };
