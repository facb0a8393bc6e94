import type { Duration } from 'aws-cdk-lib';
import type { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  ApplicationLogLevel,
  Architecture,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Env } from '../../lambdas/contracts/env';
import type { LogDays } from '../config';
import { acknowledge } from './acknowledgements';
import { ServiceLogGroup } from './service-log-group';

export interface ServiceFunctionProps<Names extends readonly string[]> {
  /** The handler's file, from the repository's root; it exports `handler`. */
  readonly entry: string;
  /** What it does, for whoever reads the account. */
  readonly description: string;
  /** The names that the handler reads, from lambdas/contracts/env.ts. */
  readonly environmentNames: Names;
  /** Exactly those names. Ids, names and numbers only: whoever may list functions can read it. */
  readonly environment: NoInfer<Env<Names>>;
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly logGroupName: string;
  readonly logDays: LogDays;
  /** Where an asynchronous invocation that failed is kept, or why losing one does no harm. */
  readonly failedInvocations: { readonly queue: IQueue } | { readonly needNoQueueBecause: string };
  /** @default the account's pool */
  readonly reservedConcurrency?: number | undefined;
}

/** A function with a role, a log group and an environment of its own; its role can do nothing but log until granted more. */
export class ServiceFunction<const Names extends readonly string[]> extends Construct implements IGrantable {
  readonly function: IFunction;
  readonly logGroup: ILogGroup;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps<Names>) {
    super(scope, id);
    const { failedInvocations } = props;
    this.logGroup = new ServiceLogGroup(this, 'Logs', { logGroupName: props.logGroupName, logDays: props.logDays });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    this.grantPrincipal = role;
    // Instead of the managed policy, which may create and write any log group of the account.
    Grant.addToPrincipal({
      grantee: role,
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resourceArns: [this.logGroup.logGroupArn],
    });
    this.function = new NodejsFunction(this, 'Function', {
      entry: props.entry,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      role,
      logGroup: this.logGroup,
      // Lambda's own lines about each start and end are most of what would be stored, and tell nothing new.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      tracing: Tracing.DISABLED,
      environment: { ...props.environment },
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...('queue' in failedInvocations && { deadLetterQueue: failedInvocations.queue }),
      depsLockFilePath: 'package-lock.json',
      bundling: {
        // CommonJS: one file that the runtime loads synchronously starts sooner than an ES module.
        format: OutputFormat.CJS,
        minify: true,
        // Bundled and pinned: the runtime's own SDK changes under a deployed function, and loads slower.
        bundleAwsSDK: true,
        mainFields: ['module', 'main'],
        forceDockerBundling: false,
      },
    });
    acknowledge(this.function, {
      id: 'Serverless-LambdaTracing',
      control: 'Logs and metrics carry request ids and durations.',
      consequence: 'No traces: X-Ray would be one more store of request metadata, kept for 30 days by no rule of ours.',
    });
    if ('needNoQueueBecause' in failedInvocations) {
      acknowledge(this.function, {
        id: 'Serverless-LambdaDLQ',
        control: failedInvocations.needNoQueueBecause,
        consequence: 'A failed invocation is counted and alarmed, its event is not kept.',
      });
    }
  }
}
