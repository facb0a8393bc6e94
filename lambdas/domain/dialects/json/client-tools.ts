import { InvalidRequest } from '../../errors/app-error';
import type { JsonBody } from './json-request';

/**
 * Refuses tools that the provider runs, which have charges of their own.
 * @param clientTools the types of the tools that the client runs: they cost nothing but tokens
 * @throws InvalidRequest
 */
export function refuseServerTools({ scan }: JsonBody, clientTools: readonly RegExp[]): void {
  if (scan.hasOddTools) {
    throw new InvalidRequest(
      'tools must be an array of objects, whose "type" is spelled in lower case and is a short string.',
      'tools',
    );
  }
  for (const type of scan.toolTypes) {
    if (clientTools.some((clientTool) => clientTool.test(type))) continue;
    throw new InvalidRequest(
      `The tool type "${type.slice(0, 64)}" is not supported: it has no price here.`,
      'tools',
      'unsupported_parameter',
    );
  }
}
