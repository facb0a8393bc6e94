/** The outputs of one deployed stack, by name. */
export type StackOutputs = Readonly<Record<string, string>>;

/** Reads deployed stacks. */
export interface StackReader {
  /**
   * @param region @default the region that the credentials are configured for
   * @returns undefined when there is no such stack
   */
  outputs(stackName: string, region?: string): Promise<StackOutputs | undefined>;
}
