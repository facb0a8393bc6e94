import type { StackProps } from 'aws-cdk-lib';
import { CfnOutput, Fn, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import { AlarmTopic } from '../constructs/alarm-topic';
import { EncryptionKey } from '../constructs/encryption-key';
import { EdgeAlarms } from '../edge/edge-alarms';
import { GatewayDistribution } from '../edge/gateway-distribution';
import { EdgeWebAcl } from '../edge/web-acl';
import { acknowledgeNoLog, refusedLogGroupName, WebAclLogs } from '../edge/web-acl-logs';
import { HOST_OUTPUTS, hostOf, type ServiceStack } from './service-stack';
import type { StatefulStack } from './stateful-stack';

export interface EdgeStackProps extends StackProps {
  readonly config: Config;
  /** Owns the console's files. */
  readonly stateful: StatefulStack;
  /** Owns the planes that the edge routes to. */
  readonly service: ServiceStack;
}

/** The part that is reachable from the internet: one domain, its firewall and its alarms. */
export class EdgeStack extends Stack {
  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, props);
    const { config, stateful, service } = props;
    const webAcl = new EdgeWebAcl(this, 'WebAcl', { stage: config.stage });
    const logGroupName = refusedLogGroupName(config.stage);
    // Log groups and topics need a key in their own region, and the deployment's key may be in another.
    const encryptionKey = new EncryptionKey(this, 'EdgeKey', {
      alias: `tollgate-${config.stage}-edge`,
      description: `Tollgate ${config.stage}: the firewall's log and the edge's alarms`,
      logGroups: [logGroupName],
      removalPolicy: RemovalPolicy.DESTROY,
    });
    if (config.addresses === 'full') new WebAclLogs(this, 'WebAclLogs', { webAcl, logGroupName, encryptionKey });
    else acknowledgeNoLog(webAcl);
    const { distribution } = new GatewayDistribution(this, 'Gateway', {
      config,
      ...this.#hostsOf(service),
      consoleHost: stateful.console.domain,
      webAclArn: webAcl.attrArn,
    });
    // An alarm can notify only a topic of its own region.
    const topic = new AlarmTopic(this, 'EdgeTopic', { encryptionKey, email: config.alarmEmail });
    new EdgeAlarms(this, 'EdgeAlarms', { distribution, webAcl, topic });
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

  /** Within a region the hosts are imported, so that CloudFormation refuses to remove a plane that the edge routes to. */
  #hostsOf(service: ServiceStack): { readonly dataPlaneHost: string; readonly controlPlaneHost: string } {
    const { stackName, region, dataPlane, controlPlane } = service;
    if (Token.isUnresolved(this.region) || this.region === region) {
      return { dataPlaneHost: hostOf(dataPlane.url.url), controlPlaneHost: hostOf(controlPlane.api.apiEndpoint) };
    }
    // From another region CloudFormation reads an output, and none of its functions can take that value apart.
    const read = (output: string): string => Fn.getStackOutput(stackName, output, region);
    return { dataPlaneHost: read(HOST_OUTPUTS.dataPlane), controlPlaneHost: read(HOST_OUTPUTS.controlPlane) };
  }
}
