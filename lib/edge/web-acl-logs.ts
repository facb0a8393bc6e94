import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnLoggingConfiguration } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { ServiceLogGroup } from '../constructs/service-log-group';
import type { EdgeWebAcl } from './web-acl';
import { UNKEPT_HEADERS } from './web-acl';

/** Addresses are personal data: long enough to answer an attack, no longer. */
const SECURITY_LOG_DAYS = 7;

export interface WebAclLogsProps {
  readonly webAcl: EdgeWebAcl;
  readonly logGroupName: string;
  readonly encryptionKey: IKey;
}

/** AWS demands the prefix. */
export const refusedLogGroupName = (stage: string): string => `aws-waf-logs-tollgate-${stage}`;

/** Keeps what the firewall refused, and nothing of what it let through. */
export class WebAclLogs extends Construct {
  constructor(scope: Construct, id: string, props: WebAclLogsProps) {
    super(scope, id);
    const { logGroupName, encryptionKey } = props;
    const logs = new ServiceLogGroup(this, 'Refused', {
      logGroupName,
      logDays: SECURITY_LOG_DAYS,
      encryptionKey,
      dataClass: 'personal',
    });
    const configuration = new CfnLoggingConfiguration(this, 'Configuration', {
      resourceArn: props.webAcl.attrArn,
      // The group's own attribute ends in `:*`, which the firewall does not take.
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: [...UNKEPT_HEADERS.map((Name) => ({ singleHeader: { Name } })), { queryString: {} }],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          { Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] },
        ],
      },
    });
    configuration.node.addDependency(logs);
  }
}
