import { InvalidRequest } from '../../errors/app-error';
import type { JsonBody } from './json-request';

/**
 * Refuses tools that have charges of their own, because the provider runs them.
 * @param freeTools the types of the tools that cost nothing but tokens: all that the client runs, and some others
 * @throws InvalidRequest
 */
export function refuseServerTools({ scan }: JsonBody, freeTools: readonly RegExp[]): void {
  if (scan.hasOddTools) {
    throw new InvalidRequest(
      'tools must be an array of objects, whose "type" is spelled in lower case and is a short string.',
      'tools',
    );
  }
  for (const type of [...scan.toolTypes, ...scan.nestedToolTypes.keys()]) {
    if (freeTools.some((freeTool) => freeTool.test(type))) continue;
    throw new InvalidRequest(
      `The tool type "${type.slice(0, 64)}" is not supported: it has no price here.`,
      'tools',
      'unsupported_parameter',
    );
  }
}
