import { Stack } from 'aws-cdk-lib';
import { CfnConfigurationSet, CfnConfigurationSetEventDestination } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';

/**
 * How SES treats our mails: it delivers them over TLS only, keeps no list of addresses for them, and publishes what
 * becomes of them. It does not track who opens a mail or follows a link.
 */
export class MailSet extends Construct {
  readonly setName: string;
  readonly setArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const stack = Stack.of(this);
    const set = new CfnConfigurationSet(this, 'Set', {
      deliveryOptions: { tlsPolicy: 'REQUIRE' },
      // Our own list has hashes; SES's would have addresses.
      suppressionOptions: { suppressedReasons: [] },
      reputationOptions: { reputationMetricsEnabled: true },
    });
    this.setName = set.ref;
    this.setArn = stack.formatArn({ service: 'ses', resource: 'configuration-set', resourceName: set.ref });
    new CfnConfigurationSetEventDestination(this, 'Events', {
      configurationSetName: set.ref,
      eventDestination: {
        enabled: true,
        matchingEventTypes: ['send', 'bounce', 'complaint'],
        eventBridgeDestination: {
          eventBusArn: stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' }),
        },
      },
    });
  }
}
