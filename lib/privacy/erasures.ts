import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ERASURE_STEPS, ERASURE_WORKFLOW, type ErasureStep } from '../../lambdas/contracts/workflows/erasure-workflow';
import type { AccountsTable } from '../accounts/accounts-table';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import { erasureSteps, type ErasureStepsProps, type StepFunction } from './erasure-steps';
import { Workflow } from './workflow';

export interface ErasuresProps extends ErasureStepsProps {
  readonly alarmTopic: ITopic;
}

/** The workflow that erases accounts and people. */
export class Erasures extends Construct {
  readonly workflow: Workflow;
  readonly #accounts: AccountsTable;

  constructor(scope: Construct, id: string, props: ErasuresProps) {
    super(scope, id);
    const { config, encryptionKey, alarmTopic } = props;
    const steps = erasureSteps(this, props);
    this.#accounts = props.accounts;
    this.workflow = new Workflow(this, 'Workflow', {
      definition: ERASURE_WORKFLOW,
      steps: Object.fromEntries(
        Object.entries(ERASURE_STEPS).map(([step, name]) => [name, steps[step as ErasureStep].function]),
      ),
      stage: config.stage,
      name: 'erasure-workflow',
      logDays: config.logDays,
      encryptionKey,
    });
    this.#alarm(alarmTopic, steps);
  }

  /** Requests, cancels and resolves erasures, places legal holds, and reads certificates. */
  grantRequest(grantee: IGrantable): void {
    this.#accounts.erasureGrants.request(grantee);
    this.#accounts.erasureGrants.recognise(grantee);
    this.workflow.grantStart(grantee);
  }

  #alarm(topic: ITopic, { settle, balance }: Readonly<Record<'settle' | 'balance', StepFunction>>): void {
    new HarmAlarm(this, 'ErasureFailed', {
      topic,
      metric: this.workflow.metricFailed(),
      alarm: { impact: 'Someone’s data is not erased although they asked for it' },
    });
    new HarmAlarm(this, 'ErasureStopped', {
      topic,
      metric: logCodeMetric(this, 'ERASURE_STOPPED', { Settle: settle.logGroup, Balance: balance.logGroup }),
      alarm: { impact: 'An erasure waits for the decision of an operator, and the data stays until then' },
    });
  }
}
