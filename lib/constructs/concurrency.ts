/** Lambda refuses a reservation that leaves less than this to the functions without one. */
export const UNRESERVED_EXECUTIONS_MIN = 100;

/**
 * The executions that are reserved for functions that must run while streams use up the rest of the account's pool. A
 * reservation is also the most that the function gets. The runs of the sweeper and the sealer do not overlap; the second
 * execution is for a run by hand. The API's own limit of 100 requests a second needs about twenty executions; the others
 * are for requests that wait for an issuer of tokens.
 */
export const RESERVED_EXECUTIONS = { sweeper: 2, sealer: 2, management: 40, health: 5 } as const;

/** The executions that are reserved for a function, or `undefined` if the size of the account's pool is unknown. */
export function reservedFor(
  name: keyof typeof RESERVED_EXECUTIONS,
  { lambdaConcurrency }: { readonly lambdaConcurrency?: number | undefined },
): number | undefined {
  return lambdaConcurrency === undefined ? undefined : RESERVED_EXECUTIONS[name];
}

/** The quota that the reservations of a deployment need. */
export function quotaNeeded(reservedForDataPlane = 0): number {
  const own = Object.values(RESERVED_EXECUTIONS).reduce((sum, each) => sum + each, 0);
  return own + reservedForDataPlane + UNRESERVED_EXECUTIONS_MIN;
}
