/** How long somebody who waits for an answer waits for AWS. The SDK itself would wait until the function is ended. */
export const SDK_LIMITS = {
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
} as const;
