/** What a stack of a deployment tells, by output name. */
export type StackOutputs = Readonly<Record<string, string>>;

/** Reads deployed stacks. */
export interface StackReader {
  /**
   * @param region @default the credentials' own
   * @returns undefined when there is no such stack
   */
  outputs(stackName: string, region?: string): Promise<StackOutputs | undefined>;
}
