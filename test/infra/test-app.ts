import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';

/** The app with the context of cdk.json, without bundling: other tests cover the code of functions. */
export function testApp(outdir?: string): App {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { readonly context: Record<string, unknown> };
  return new App({
    context: { ...context, 'aws:cdk:bundling-stacks': [] },
    analyticsReporting: false,
    ...(outdir !== undefined && { outdir }),
  });
}
