import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** How esbuild turns a handler into the code of a function. */
export const BUNDLING = {
  // An ES module can await while it loads. Lambda waits for that, with the whole CPU of a start; work that a CommonJS
  // module has begun is frozen with the start, and goes on with the small CPU of the first request.
  format: OutputFormat.ESM,
  target: 'node24',
  // Bundled CommonJS packages still load Node's own modules with `require`.
  banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  minify: true,
  // Bundled, because the runtime's SDK changes under a deployed function and loads slower.
  bundleAwsSDK: true,
  mainFields: ['module', 'main'],
  forceDockerBundling: false,
} as const satisfies BundlingOptions;
