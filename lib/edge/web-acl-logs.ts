import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnLoggingConfiguration } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { acknowledge, inEveryStandard } from '../compliance/acknowledgements';
import { ServiceLogGroup } from '../constructs/service-log-group';
import type { EdgeWebAcl } from './web-acl';
import { REDACTED_HEADERS } from './web-acl';

/** Addresses are personal data, so they are kept only long enough to respond to an attack. */
const SECURITY_LOG_DAYS = 7;

export interface WebAclLogsProps {
  readonly webAcl: EdgeWebAcl;
  readonly logGroupName: string;
  readonly encryptionKey: IKey;
}

/** AWS requires the prefix `aws-waf-logs-`. */
export const refusedLogGroupName = (stage: string): string => `aws-waf-logs-tollgate-${stage}`;

/**
 * Logs the requests that the firewall blocked, and no others. A line has the whole address of the client, which the
 * firewall can neither shorten nor leave out, so only the policy `full` allows this log.
 */
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
      // The ARN is built here because the log group's attribute ends in `:*`, which the firewall does not accept.
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: [...REDACTED_HEADERS.map((Name) => ({ singleHeader: { Name } })), { queryString: {} }],
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

/** Explains the lack of the log under a policy that forbids whole addresses. */
export function acknowledgeNoLog(webAcl: EdgeWebAcl): void {
  acknowledge(webAcl, {
    decision: 'no-second-record-of-requests',
    rules: inEveryStandard('WAFv2LoggingEnabled'),
    control:
      'CloudWatch counts the blocked requests of each rule, and an alarm watches their sum; the policy `full` for addresses switches the log on.',
    consequence:
      'Nobody sees which addresses the firewall blocked: it cannot shorten the address in a line of its log.',
    test: 'promise-04 no template has a log with an address that its policy forbids, and every log and bucket of records ends',
  });
}
