import type { StackProps } from 'aws-cdk-lib';
import { CfnOutput, CrossStackReferences, ReferenceStrength, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import { ConsoleSite } from '../console/console-site';
import { GatewayDistribution } from '../edge/gateway-distribution';
import { EdgeWebAcl } from '../edge/web-acl';
import { refusedLogGroupName, WebAclLogs } from '../edge/web-acl-logs';
import { EncryptionKey } from '../constructs/encryption-key';
import type { ServiceStack } from './service-stack';

export interface EdgeStackProps extends StackProps {
  readonly config: Config;
  /** Owns the planes that the edge routes to. */
  readonly service: ServiceStack;
}

/** The part that is reachable from the internet: one domain, its firewall, and the console's files. */
export class EdgeStack extends Stack {
  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, props);
    const { config, service } = props;
    // Weak references are read from the other stack's outputs during the deployment. Strong ones would add functions of
    // CDK's with their own permissions.
    const elsewhere = !Token.isUnresolved(this.region) && this.region !== service.region;
    if (elsewhere) CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    const webAcl = new EdgeWebAcl(this, 'WebAcl', { stage: config.stage });
    const logGroupName = refusedLogGroupName(config.stage);
    // A log group needs a key in its own region, and the deployment's key may be in another.
    const encryptionKey = new EncryptionKey(this, 'EdgeKey', {
      alias: `tollgate-${config.stage}-edge`,
      description: `Tollgate ${config.stage}: the firewall's log`,
      logGroups: logGroupName,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new WebAclLogs(this, 'WebAclLogs', { webAcl, logGroupName, encryptionKey });
    const console = new ConsoleSite(this, 'Console');
    const { distribution } = new GatewayDistribution(this, 'Gateway', {
      config,
      dataPlaneUrl: service.dataPlane.url.url,
      controlPlaneUrl: service.controlPlane.api.apiEndpoint,
      consoleFiles: console.bucket,
      webAclArn: webAcl.attrArn,
    });
    const address = `https://${distribution.distributionDomainName}`;
    new CfnOutput(this, 'Address', {
      description: config.domain ? `The target for the DNS record of ${config.domain.name}` : "CloudFront's own name",
      value: address,
    });
    new CfnOutput(this, 'Endpoint', {
      description: 'The address for clients; the API is under /v1',
      value: config.domain ? `https://${config.domain.name}` : address,
    });
  }
}
