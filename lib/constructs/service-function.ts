import { Duration } from 'aws-cdk-lib';
import type { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import { Grant, ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
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
import type { Env } from '../../lambdas/contracts/deployment/environment';
import type { LogDays } from '../config';
import { acknowledge, inEveryStandard, inHipaaAndNist } from '../compliance/acknowledgements';
import { ServiceLogGroup } from './service-log-group';

/** The shortest for which Lambda keeps an asynchronous invocation that it cannot start. */
const EVENT_AGE_MIN = Duration.seconds(60);

export interface ServiceFunctionProps<Names extends readonly string[]> {
  /** The handler's file, from the repository's root; it exports `handler`. */
  readonly entry: string;
  /** What it does, for whoever reads the account. */
  readonly description: string;
  /** The names that the handler reads, from lambdas/contracts/deployment/environment.ts. */
  readonly environmentNames: Names;
  /** Exactly those names. Ids, names and numbers only: whoever may list functions can read it. */
  readonly environment: NoInfer<Env<Names>>;
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly logGroupName: string;
  readonly logDays: LogDays;
  /** For the log group. */
  readonly encryptionKey: IKey;
  /** Where an asynchronous invocation that failed is kept, or why losing one does no harm. */
  readonly failedInvocations: { readonly queue: IQueue } | { readonly needNoQueueBecause: string };
  /** Whether a failed asynchronous invocation is repeated: not where the next one does its work. @default twice */
  readonly repeatsFailed?: boolean;
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
    const { logGroupName, logDays, encryptionKey } = props;
    this.logGroup = new ServiceLogGroup(this, 'Logs', { logGroupName, logDays, encryptionKey });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    // One policy of its own rather than inline ones: it has versions, and a reviewer finds it in the account.
    const policy = new ManagedPolicy(this, 'Policy', { roles: [role] });
    this.grantPrincipal = policy.grantPrincipal;
    // Instead of AWS's managed policy, which may create and write any log group of the account.
    Grant.addToPrincipal({
      grantee: this,
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
      ...(props.repeatsFailed === false && { retryAttempts: 0, maxEventAge: EVENT_AGE_MIN }),
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
    this.function.node.addDependency(policy);
    this.#acknowledge(props);
  }

  #acknowledge({ failedInvocations, reservedConcurrency, repeatsFailed }: ServiceFunctionProps<Names>): void {
    acknowledge(
      this.function,
      {
        decision: 'no-second-record-of-requests',
        rules: ['Serverless-LambdaTracing'],
        control: 'Logs and metrics carry request ids and durations.',
        consequence:
          'No traces: X-Ray would be one more store of request metadata, kept for 30 days by no rule of ours.',
      },
      {
        decision: 'no-network-of-its-own',
        rules: [...inEveryStandard('LambdaInsideVPC'), 'CT.LAMBDA.PR.3'],
        control:
          'No function reaches anything of a private network; each has a role of its own for the stores it uses.',
        consequence:
          'Calls to stores and providers leave over TLS from addresses of AWS; no flow log, no fixed address, no firewall of egress.',
        test: 'every function has a role of its own, without managed policies of AWS',
      },
    );
    if ('needNoQueueBecause' in failedInvocations) {
      acknowledge(this.function, {
        decision: 'no-dead-letters',
        rules: [
          'Serverless-LambdaDLQ',
          ...inHipaaAndNist('LambdaDLQ'),
          // It looks at functions that say how they repeat, and asks for the same.
          ...(repeatsFailed === false ? ['Serverless-LambdaAsyncFailureDestination'] : []),
        ],
        control: failedInvocations.needNoQueueBecause,
        consequence: 'A failed invocation is counted and alarmed, its event is not kept.',
        test: 'no queue keeps what a failed invocation carried',
      });
    }
    if (reservedConcurrency === undefined) {
      acknowledge(this.function, {
        decision: 'unreserved-concurrency',
        rules: inHipaaAndNist('LambdaConcurrency'),
        control:
          'The firewall and the API limit requests, wallets limit spending, and turning clients away rings an alarm.',
        consequence:
          "One function can use up the account's pool. Reserving from it would fail in a new account, whose pool may be ten: dataPlane.reservedConcurrency does it where there is room.",
        test: 'the data plane reserves concurrency where the configuration says so',
      });
    }
  }
}
