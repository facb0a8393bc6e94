import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { StackOutputs, StackReader } from './stack-outputs';

/** Reads stack outputs from CloudFormation. */
export class CloudformationStacks implements StackReader {
  async outputs(stackName: string, region?: string): Promise<StackOutputs | undefined> {
    const client = new CloudFormationClient(region === undefined ? {} : { region });
    try {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
      const outputs = stack?.Outputs ?? [];
      return Object.fromEntries(outputs.map(({ OutputKey: name = '', OutputValue: value = '' }) => [name, value]));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    } finally {
      client.destroy();
    }
  }
}

/** CloudFormation reports a missing stack as a general validation error, so only the message tells. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist');
}
