import { SFNClient } from '@aws-sdk/client-sfn';
import { StepFunctionsWorkflows } from '../../../lambdas/adapters/workflows/step-functions';
import type { Command, StackCommand, StackTarget } from '../commands/command';
import type { CommandResult } from '../commands/command-result';
import { runCommand } from '../commands/run-command';
import { CloudformationStacks } from './cloudformation-stacks';
import { deployedServices, openTransport } from './deployed-services';
import { deployedPayments } from './deployed-payments';
import { readDeployment, readEndpoint, readWorkflows } from './deployment';
import { init } from './init';
import type { KeyInput } from './key-input';
import { SecretsManagerStore } from './secret-store';
import { storeStripeKeys } from './stripe-keys';

/** Runs a command on a deployment, with the credentials that the AWS SDK finds. */
export async function runOnStack(
  target: StackTarget,
  command: Command | StackCommand,
  input: KeyInput,
): Promise<CommandResult> {
  const stacks = new CloudformationStacks();
  const deployment = await readDeployment(stacks, target);
  const transport = openTransport(target.region);
  const secrets = new SecretsManagerStore(target.region);
  try {
    if (command.name === 'payment-keys') return await storeStripeKeys({ deployment, secrets, input });
    const opened = deployedServices(deployment, transport, secrets);
    const openErasures = async () => {
      const client = new SFNClient(target.region === undefined ? {} : { region: target.region });
      const { settings, ...machines } = await readWorkflows(stacks, target);
      return { workflows: new StepFunctionsWorkflows({ client, ...machines }), settings };
    };
    const services = {
      ...opened,
      openPayments: () => deployedPayments(opened, { deployment, target, secrets }),
      openWorkflows: async () => (await openErasures()).workflows,
      openErasures,
    };
    if (command.name !== 'init') return await runCommand(services, command);
    const endpoint = await readEndpoint(stacks, target);
    return await init({ deployment, endpoint, secrets, input, services }, command);
  } finally {
    transport.close();
    secrets.close();
  }
}
