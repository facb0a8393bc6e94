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

/** CloudFront's firewall and certificates are in this region and no other. */
export const EDGE_REGION = 'us-east-1';

export interface EdgeStackProps extends StackProps {
  readonly config: Config;
  readonly service: ServiceStack;
}

/** What the internet sees: one domain, its firewall, and the console's files. */
export class EdgeStack extends Stack {
  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, props);
    const { config, service } = props;
    // Read from the other region's outputs while deploying, rather than by functions of CDK's with rights of their own.
    const elsewhere = !Token.isUnresolved(this.region) && this.region !== service.region;
    if (elsewhere) CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    const webAcl = new EdgeWebAcl(this, 'WebAcl', { stage: config.stage });
    const logGroupName = refusedLogGroupName(config.stage);
    // A log group takes a key of its own region only, and the deployment's may be in another.
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
      description: config.domain ? `Point ${config.domain.name} here` : "CloudFront's own name",
      value: address,
    });
    new CfnOutput(this, 'Endpoint', {
      description: 'What clients use, with /v1 behind it',
      value: config.domain ? `https://${config.domain.name}` : address,
    });
  }
}
