import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge, inHipaaAndNist } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';
import { originSecretName } from './origin-secret';
import { ServiceSecret } from './service-secret';

export interface DeploymentSecretsProps {
  readonly stage: string;
  readonly encryptionKey: IKey;
  /** The region in which the edge reads the origin secret. @default the region of the stack */
  readonly edgeRegion?: string | undefined;
}

/**
 * The secrets of a deployment. Their first values in the template must never change: CloudFormation would overwrite
 * what an operator has stored, or invalidate every API key at once.
 */
export class DeploymentSecrets extends Construct {
  /** JSON with each provider's key by its ID. An operator fills it; without the key of a configured provider the data plane does not start. */
  readonly providerKeys: ServiceSecret;
  /** The pepper of every verifier: 64 letters and digits. Changing it invalidates every API key. */
  readonly keyPepper: ServiceSecret;
  /** JSON with `current` and, after the first rotation, `previous`. Both are valid. */
  readonly origin: ServiceSecret;

  constructor(scope: Construct, id: string, props: DeploymentSecretsProps) {
    super(scope, id);
    const { stage, encryptionKey, edgeRegion } = props;
    const shared = { encryptionKey, removalPolicy: RemovalPolicy.RETAIN };
    this.providerKeys = new ServiceSecret(this, 'ProviderKeys', {
      ...shared,
      description: `Tollgate ${stage}: JSON with each provider's key by its id`,
      // The value does not list the providers, because adding one would then overwrite the keys of all.
      secretStringValue: SecretValue.unsafePlainText('{}'),
    });
    this.keyPepper = new ServiceSecret(this, 'KeyPepper', {
      ...shared,
      description: `Tollgate ${stage}: the pepper of the key verifiers`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    this.origin = new ServiceSecret(this, 'Origin', {
      ...shared,
      secretName: originSecretName(stage),
      description: `Tollgate ${stage}: JSON with the current and previous secret by which functions recognise CloudFront`,
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'current',
        passwordLength: 48,
        excludePunctuation: true,
      },
      ...(edgeRegion !== undefined && { replicaRegions: [{ region: edgeRegion }] }),
    });
    for (const secret of [this.providerKeys, this.keyPepper, this.origin]) {
      classify(secret, { dataClass: 'secret', retention: 'until replaced by its operator' });
    }
    acknowledge(this, {
      decision: 'operator-rotates-secrets',
      rules: ['AwsSolutions-SMG4', ...inHipaaAndNist('SecretsManagerRotationEnabled')],
      control:
        'docs/runbook.md explains how to replace each: providers issue their own keys, and two origin secrets are valid at a time.',
      consequence: 'No secret rotates by itself; rotating the pepper would invalidate every API key.',
      test: 'the first value of a secret never depends on the configuration',
    });
  }
}
