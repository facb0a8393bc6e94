import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasureInput } from '../../../contracts/storage/erasure';
import type { Customers } from '../../payments/customers';
import type { ErasableCustomers } from './ports';
import { finish, runStep, type StepDependencies } from './run-step';

export interface EndCustomerDependencies extends StepDependencies {
  /** @default none: the deployment takes no payments */
  readonly customers?: { readonly find: Customers['find']; readonly processor: ErasableCustomers } | undefined;
}

/** Deletes an account's customer at the payment processor, with the saved payment methods. */
export function endCustomer(dependencies: EndCustomerDependencies, input: ErasureInput): Promise<ErasureStepResult> {
  return runStep(dependencies, 'processor', input, async () => {
    const { customers } = dependencies;
    const customerId = input.ownerId.startsWith('acc_') ? await customers?.find(input.ownerId) : undefined;
    if (customerId === undefined) return finish(dependencies, input, 'processor');
    await customers?.processor.deleteCustomer(customerId);
    return finish(dependencies, input, 'processor', { set: { hadCustomer: true } });
  });
}
