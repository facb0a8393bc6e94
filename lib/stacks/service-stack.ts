import type { StackProps } from 'aws-cdk-lib';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Archiver } from '../audit/archiver';
import type { Config } from '../config';
import { ControlPlane } from '../control-plane/control-plane';
import { DataPlane } from '../data-plane/data-plane';
import { AlarmTopic } from '../constructs/alarm-topic';
import { ReceiptAlarms } from '../receipts/receipt-alarms';
import { Receipts } from '../receipts/receipts';
import { SpendWatch } from '../usage/spend-watch';
import { Sweeper } from '../wallet/sweeper';
import { WalletAlarms } from '../wallet/wallet-alarms';
import type { StatefulStack } from './stateful-stack';

export interface ServiceStackProps extends StackProps {
  readonly config: Config;
  readonly stateful: StatefulStack;
}

/** Everything that runs: the data plane, the sweeper, the pipelines of receipts and of keys’ spend, the control plane, their alarms. */
export class ServiceStack extends Stack {
  readonly dataPlane: DataPlane;
  readonly controlPlane: ControlPlane;

  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, props);
    const { config, stateful } = props;
    const { encryptionKey } = stateful;
    const alarmTopic = new AlarmTopic(this, 'Alarms', { encryptionKey, email: config.alarmEmail });

    this.dataPlane = new DataPlane(this, 'DataPlane', { config, stateful, alarmTopic });
    const { sweep } = new Sweeper(this, 'Sweeper', { config, stateful });
    new WalletAlarms(this, 'WalletAlarms', { dataPlane: this.dataPlane, sweep, topic: alarmTopic });
    const receipts = new Receipts(this, 'Receipts', { config, stateful, alarmTopic });
    new ReceiptAlarms(this, 'ReceiptAlarms', { receipts, topic: alarmTopic });
    new SpendWatch(this, 'SpendWatch', { config, stateful, alarmTopic });
    const { auditArchive: archive } = stateful;
    if (archive) new Archiver(this, 'AuditArchive', { config, stateful, archive, alarmTopic });
    this.controlPlane = new ControlPlane(this, 'ControlPlane', { config, stateful, alarmTopic });
    // What the edge reaches; clients use the edge's address, and without its secret the data plane refuses them.
    new CfnOutput(this, 'DataPlaneUrl', { value: this.dataPlane.url.url });
    // What workloads in AWS use; Lambda refuses whoever does not sign, or may not call.
    new CfnOutput(this, 'WorkloadsUrl', { value: this.dataPlane.workloadsUrl.url });
    new CfnOutput(this, 'WorkloadsFunction', { value: this.dataPlane.workloads.function.functionArn });
    new CfnOutput(this, 'ControlPlaneUrl', { value: this.controlPlane.api.apiEndpoint });
  }
}
