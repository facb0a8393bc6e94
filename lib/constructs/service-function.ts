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
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Env } from '../../lambdas/contracts/deployment/environment';
import type { LogDays } from '../config';
import { acknowledge, inEveryStandard, inHipaaAndNist } from '../compliance/acknowledgements';
import { BUNDLING } from './bundling';
import { ServiceLogGroup } from './service-log-group';

/** The shortest time for which Lambda keeps an asynchronous event that it cannot process. */
const EVENT_AGE_MIN = Duration.seconds(60);

export interface ServiceFunctionProps<Names extends readonly string[]> {
  /** The handler's file, relative to the repository's root; it exports `handler`. */
  readonly entry: string;
  /** Explains the function to an operator who browses the AWS account. */
  readonly description: string;
  /** The names that the handler reads, from lambdas/contracts/deployment/environment.ts. */
  readonly environmentNames: Names;
  /** The values of those names: IDs, names and numbers, never a secret, because listing functions shows them. */
  readonly environment: NoInfer<Env<Names>>;
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly logGroupName: string;
  readonly logDays: LogDays;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
  /** Why the event of a failed asynchronous invocation may be lost. A sentence. */
  readonly losesEventsBecause: string;
  /** Whether Lambda retries a failed asynchronous invocation. @default true, twice */
  readonly retriesEvents?: boolean;
  /**
   * Whether Lambda logs a start and a report of each invocation, with the memory that it used. @default false, because
   * they would be most of the stored log
   */
  readonly logsReports?: boolean;
  /** How many executions are reserved for this function. @default none: it shares the account's pool */
  readonly reservedConcurrency?: number | undefined;
}

/** A function with its own role, log group and environment. The role may only write its log until it is granted more. */
export class ServiceFunction<const Names extends readonly string[]> extends Construct implements IGrantable {
  readonly function: IFunction;
  readonly logGroup: ILogGroup;
  readonly grantPrincipal: IPrincipal;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps<Names>) {
    super(scope, id);
    const { logGroupName, logDays, encryptionKey } = props;
    this.logGroup = new ServiceLogGroup(this, 'Logs', { logGroupName, logDays, encryptionKey });
    this.#role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    // A managed policy instead of inline ones, because it has versions and appears in the account's list of policies.
    const policy = new ManagedPolicy(this, 'Policy', { roles: [this.#role] });
    this.grantPrincipal = policy.grantPrincipal;
    // Replaces AWS's managed policy, which allows every log group of the account.
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
      role: this.#role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: props.logsReports === true ? SystemLogLevel.INFO : SystemLogLevel.WARN,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      tracing: Tracing.DISABLED,
      environment: { ...props.environment },
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...(props.retriesEvents === false && { retryAttempts: 0, maxEventAge: EVENT_AGE_MIN }),
      depsLockFilePath: 'package-lock.json',
      bundling: BUNDLING,
    });
    this.function.node.addDependency(policy);
    this.#acknowledge(props);
  }

  /** A further policy of the function's role. IAM limits the size of each, so a role with many grants needs several. */
  addPolicy(id: string): ManagedPolicy {
    const policy = new ManagedPolicy(this, id, { roles: [this.#role] });
    this.function.node.addDependency(policy);
    return policy;
  }

  #acknowledge({ losesEventsBecause, reservedConcurrency, retriesEvents }: ServiceFunctionProps<Names>): void {
    acknowledge(
      this.function,
      {
        decision: 'no-second-record-of-requests',
        rules: ['Serverless-LambdaTracing'],
        control: 'Logs and metrics contain request IDs and durations.',
        consequence:
          'There are no traces: X-Ray would store request metadata for 30 days, whatever retention is configured.',
      },
      {
        decision: 'no-network-of-its-own',
        rules: [...inEveryStandard('LambdaInsideVPC'), 'CT.LAMBDA.PR.3'],
        control: 'No function needs anything in a private network, and each has its own role for the stores it uses.',
        consequence:
          'Calls to stores and providers leave over TLS from AWS addresses, without a flow log, a fixed address or an egress firewall.',
        test: 'promise-22 every function has its own role, without managed policies of AWS',
      },
      {
        decision: 'no-dead-letters',
        rules: [
          'Serverless-LambdaDLQ',
          ...inHipaaAndNist('LambdaDLQ'),
          // Applies only to functions that configure their retries, and demands the same.
          ...(retriesEvents === false ? ['Serverless-LambdaAsyncFailureDestination'] : []),
        ],
        control: losesEventsBecause,
        consequence: 'A failed invocation is counted and raises an alarm, but its event is lost.',
        test: 'no queue keeps the event of a failed invocation',
      },
    );
    if (reservedConcurrency === undefined) {
      acknowledge(this.function, {
        decision: 'unreserved-concurrency',
        rules: inHipaaAndNist('LambdaConcurrency'),
        control:
          'The firewall and the API limit requests, wallets limit spending, and throttled requests raise an alarm.',
        consequence:
          "One function can use up the account's pool. A reservation would fail in a new account, whose pool may be ten; set lambdaConcurrency and dataPlane.reservedConcurrency where the pool is large enough.",
        test: 'executions are reserved only where the configuration says how many the account has',
      });
    }
  }
}
