import type { Env } from '../contracts/deployment/environment';

/** The function was deployed without a variable that it needs. The message names the variable, never a value. */
export class EnvironmentIncomplete extends Error {
  override readonly name = 'EnvironmentIncomplete';
  constructor(variable: string) {
    super(`the environment variable ${variable} is missing or empty`);
  }
}

/**
 * Reads all named variables when the function starts. No other code under lambdas/ reads `process.env`. An empty value
 * fails the start like a missing one, because no request may ever be checked against an empty secret.
 *
 * @throws EnvironmentIncomplete for the first variable without a value
 */
export function readEnv<const Names extends readonly string[]>(
  names: Names,
  source: NodeJS.ProcessEnv = process.env,
): Env<Names> {
  const read = names.map((name) => {
    const value = source[name];
    if (value === undefined || value.trim() === '') throw new EnvironmentIncomplete(name);
    return [name, value] as const;
  });
  return Object.fromEntries(read) as Env<Names>;
}
