import { Duration, Stack } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { LogDays } from '../config';
import { acknowledge } from '../compliance/acknowledgements';
import { ServiceLogGroup, VENDED_LOGS } from '../constructs/service-log-group';

/** The actions with which Step Functions delivers logs. AWS allows no narrower resource for these actions. */
const LOG_DELIVERY = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];

export interface WorkflowProps {
  /** In the States Language (JSONPath), with a placeholder for each function. */
  readonly definition: object;
  /** The functions by the names of their placeholders. */
  readonly steps: Readonly<Record<string, IFunction>>;
  readonly stage: string;
  /** Ends the name of the log group. */
  readonly name: string;
  readonly logDays: LogDays;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
}

/**
 * A state machine of the type Standard, which can be redriven. Its log has every transition, and no input or output. It
 * is the resource itself because CDK's construct would use an inline policy, and would retry errors on its own.
 */
export class Workflow extends Construct {
  readonly machine: CfnStateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const { definition, steps, stage, name, logDays, encryptionKey } = props;
    const logs = new ServiceLogGroup(this, 'Logs', {
      logGroupName: `${VENDED_LOGS}/tollgate/${stage}/${name}`,
      logDays,
      encryptionKey,
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    const arns = Object.values(steps).map(({ functionArn }) => functionArn);
    const policy = new ManagedPolicy(this, 'Policy', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: arns }),
        new PolicyStatement({ actions: LOG_DELIVERY, resources: ['*'] }),
      ],
    });
    this.machine = new CfnStateMachine(this, 'Machine', {
      stateMachineType: 'STANDARD',
      roleArn: role.roleArn,
      definitionString: JSON.stringify(definition),
      definitionSubstitutions: Object.fromEntries(
        Object.entries(steps).map(([placeholder, { functionArn }]) => [placeholder, functionArn]),
      ),
      loggingConfiguration: {
        level: 'ALL',
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logs.logGroupArn } }],
      },
    });
    this.machine.node.addDependency(policy);
    acknowledge(policy, {
      decision: 'log-delivery-names-no-resource',
      rules: ['AwsSolutions-IAM5[Resource::*]'],
      control: 'The actions only manage the delivery of logs, and the role can do nothing else but invoke its steps.',
      consequence: 'Step Functions could change another delivery of logs in this AWS account.',
      test: 'a state machine logs every transition without its data, and may only invoke its own steps',
    });
    acknowledge(this, {
      decision: 'no-second-record-of-requests',
      rules: ['AwsSolutions-SF2', 'Serverless-StepFunctionStateMachineXray', 'CT.STEPFUNCTIONS.PR.2'],
      control: 'The history of an execution shows each step, and its log each transition.',
      consequence: 'There are no traces: X-Ray would store metadata for 30 days, whatever retention is configured.',
      test: 'a state machine logs every transition without its data, and may only invoke its own steps',
    });
  }

  /** Executions that ended without success, per five minutes. */
  metricFailed(): IMetric {
    const period = Duration.minutes(5);
    const dimensionsMap = { StateMachineArn: this.machine.attrArn };
    const count = (metricName: string): Metric =>
      new Metric({ namespace: 'AWS/States', metricName, dimensionsMap, statistic: Stats.SUM, period });
    return new MathExpression({
      expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
      usingMetrics: {
        failed: count('ExecutionsFailed'),
        timedOut: count('ExecutionsTimedOut'),
        aborted: count('ExecutionsAborted'),
      },
      period,
    });
  }

  grantStart(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({ grantee, actions: ['states:StartExecution'], resourceArns: [this.machine.attrArn] });
  }
}
