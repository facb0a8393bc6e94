import { Duration } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { HEALTH_ENV } from '../../lambdas/contracts/env';
import type { Config } from '../config';
import { acknowledge } from '../shared/acknowledgements';
import { HarmAlarm } from '../shared/alarm';
import { ServiceFunction } from '../shared/service-function';
import { ServiceLogGroup } from '../shared/service-log-group';

/** For the whole API, all accounts together. */
const REQUESTS_PER_SECOND_MAX = 100;
const BURST_REQUESTS_MAX = 200;

/** No address, agent or path: who called is the audit log's matter, what was called is the route. */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: '$context.requestId',
  routeKey: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
});

export interface ControlPlaneProps {
  readonly config: Config;
  readonly alarmTopic: ITopic;
  /** For its logs. */
  readonly encryptionKey: IKey;
}

/** The management API behind `/api`. */
export class ControlPlane extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: ControlPlaneProps) {
    super(scope, id);
    const { config, encryptionKey } = props;
    this.api = new HttpApi(this, 'Api', { apiName: `tollgate-${config.stage}`, createDefaultStage: false });
    const accessLogs = new ServiceLogGroup(this, 'AccessLogs', {
      logGroupName: `/tollgate/${config.stage}/control-plane-access`,
      logDays: config.logDays,
      encryptionKey,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: REQUESTS_PER_SECOND_MAX, burstLimit: BURST_REQUESTS_MAX },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        format: AccessLogFormat.custom(ACCESS_LOG_FORMAT),
      },
    });
    this.#routeHealth(config, encryptionKey);
    new HarmAlarm(this, 'ControlPlaneFailing', {
      topic: props.alarmTopic,
      metric: this.api.metricServerError({ statistic: Stats.SUM, period: Duration.minutes(5) }),
      alarm: { impact: 'Customers cannot manage keys, members or money' },
    });
  }

  #routeHealth(config: Config, encryptionKey: IKey): void {
    const health = new ServiceFunction(this, 'Health', {
      entry: 'lambdas/handlers/control-plane/health.lambda.ts',
      description: 'Says that the control plane answers',
      memoryMb: 128,
      timeout: Duration.seconds(5),
      logGroupName: `/tollgate/${config.stage}/health`,
      logDays: config.logDays,
      encryptionKey,
      failedInvocations: { needNoQueueBecause: 'It is only called by the API, which hands the error to the caller.' },
      environmentNames: HEALTH_ENV,
      environment: { STAGE: config.stage },
    });
    const [route] = this.api.addRoutes({
      path: '/api/health',
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration('HealthIntegration', health.function),
    });
    if (route === undefined) return;
    acknowledge(route, {
      decision: 'open-to-callers',
      rules: ['AwsSolutions-APIG4', 'CT.APIGATEWAY.PR.5'],
      control: 'The route reads nothing and answers a constant; throttling and rate rules apply.',
      consequence: 'Anyone can learn that the deployment is up.',
      test: 'the sweeper reads no secret, and the health route nothing at all',
    });
  }
}
