import { AccountPrincipal } from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { ServiceFunction } from '../constructs/service-function';

/**
 * Lets AWS accounts allow their own roles to call the function's URL: a call from another account needs a policy on
 * both sides. The URL takes two permissions, and the second one holds through the URL only. A caller that could invoke
 * the function itself could claim to be any role.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export function admitAccounts(workloads: ServiceFunction<readonly string[]>, accounts: readonly string[]): void {
  for (const account of accounts) {
    const principal = new AccountPrincipal(account);
    workloads.function.addPermission(`Url${account}`, {
      principal,
      action: 'lambda:InvokeFunctionUrl',
      functionUrlAuthType: FunctionUrlAuthType.AWS_IAM,
    });
    workloads.function.addPermission(`ThroughUrl${account}`, {
      principal,
      action: 'lambda:InvokeFunction',
      invokedViaFunctionUrl: true,
    });
  }
}
