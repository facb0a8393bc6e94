import {
  AdminCreateUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Stage } from './stage';

const PASSWORD = 'A-password-0f-some-length';

export interface Tokens {
  readonly access: string;
  readonly id: string;
}

/** Creates a user in the pool of a deployment, and signs them in. */
export async function signedIn(
  { deployment, emulator }: Pick<Stage, 'deployment' | 'emulator'>,
  email: string,
): Promise<Tokens> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const cognito = new CognitoIdentityProviderClient({
    endpoint: emulator.endpoint,
    region: 'us-east-1',
    credentials,
  });
  const [UserPoolId, ClientId] = [deployment.output('UserPoolId'), deployment.output('UserPoolClientId')];
  await cognito.send(new AdminCreateUserCommand({ UserPoolId, Username: email, MessageAction: 'SUPPRESS' }));
  const password = { Password: PASSWORD, Permanent: true };
  await cognito.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: email, ...password }));
  // Without a browser the test needs a sign-in flow that the console's client normally forbids.
  const ExplicitAuthFlows = ['ALLOW_ADMIN_USER_PASSWORD_AUTH' as const];
  await cognito.send(new UpdateUserPoolClientCommand({ UserPoolId, ClientId, ExplicitAuthFlows }));
  const { AuthenticationResult } = await cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId,
      ClientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD },
    }),
  );
  cognito.destroy();
  return { access: AuthenticationResult?.AccessToken ?? '', id: AuthenticationResult?.IdToken ?? '' };
}
