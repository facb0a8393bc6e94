import middy from '@middy/core';

/** The step `verify` of an erasure (lambdas/contracts/workflows/erasure-workflow.ts). */
export const handler = middy((): Promise<never> => Promise.reject(new Error('not written yet')));
