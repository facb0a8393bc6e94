import { errorName } from '../../domain/log';

/** A step of a workflow failed. It has the name of the cause, by which a definition can decide about retries. */
class StepFailed extends Error {
  constructor(cause: unknown) {
    super('The message of this error is left out, because the history of an execution is kept.');
    this.name = errorName(cause);
    const frames =
      cause instanceof Error ? (cause.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line)) : [];
    this.stack = [`${this.name}: ${this.message}`, ...frames].join('\n');
  }
}

/**
 * Drops the message of whatever a step throws. Step Functions keeps it for 90 days and Lambda logs it, and the message of
 * a library may quote what it was given: an address, a name, an answer of another service.
 */
export const withoutMessage =
  <Result>(step: (event: unknown) => Promise<Result>) =>
  async (event: unknown): Promise<Result> => {
    try {
      return await step(event);
    } catch (error) {
      throw new StepFailed(error);
    }
  };
