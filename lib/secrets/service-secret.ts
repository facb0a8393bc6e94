import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { SecretGrants } from './secret-grants';

/** A secret that functions of the deployment read. */
export class ServiceSecret extends Secret {
  readonly grants = new SecretGrants(this);
}
