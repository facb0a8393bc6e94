import type { AwsConnections } from './aws-connections';

/** Timeouts for AWS calls while a caller waits. By default, the SDK would wait until the function itself times out. */
export const SDK_LIMITS = {
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
} as const;

/** The same, on these connections. */
export const sdkLimits = ({ agents }: Pick<AwsConnections, 'agents'>) => ({
  requestHandler: { ...SDK_LIMITS.requestHandler, ...agents },
});
