import { AccountPrincipal } from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { ServiceFunction } from '../constructs/service-function';

/**
 * Lets AWS accounts allow their own roles to call the URL: another account needs the consent of both sides. It takes
 * both permissions, and the second holds through the URL only: whoever could invoke the function itself could say to be
 * any role.
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
