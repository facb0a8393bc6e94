import type { Env } from '../contracts/deployment/environment';

/** A variable that the function was deployed without. Names the variable, never a value. */
export class EnvironmentIncomplete extends Error {
  override readonly name = 'EnvironmentIncomplete';
  constructor(variable: string) {
    super(`the environment variable ${variable} is missing or empty`);
  }
}

/**
 * Reads the named variables, all of them, at start. The only place under lambdas/ that reads the process's
 * environment. An empty value fails the start like a missing one: an empty secret must never be compared.
 *
 * @throws EnvironmentIncomplete for the first name without a value.
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
