import { InvalidRequest } from '../../errors/app-error';
import type { JsonBody } from './json-request';

/** Tools that the client runs, which cost only tokens. */
const CLIENT_TOOLS = /^(function|custom|bash_\d+|text_editor_\d+|computer_\d+|memory_\d+)$/;

/**
 * Refuses tools that the provider runs, because it charges for them separately.
 * @throws InvalidRequest
 */
export function refuseServerTools({ scan }: JsonBody): void {
  for (const type of scan.toolTypes) {
    if (CLIENT_TOOLS.test(type)) continue;
    throw new InvalidRequest(
      `The tool type "${type.slice(0, 64)}" is not supported: it has no price here.`,
      'tools',
      'unsupported_parameter',
    );
  }
}
