/** One control of the service, and where an auditor finds evidence of it. */
export interface Control {
  /** The criterion of AICPA's Trust Services Criteria (2017) that an audit would test it under. */
  readonly criterion: string;
  /** A sentence. */
  readonly control: string;
  /** The promises whose tests show it. */
  readonly promises: readonly string[];
  /** Further evidence: generated pages and documents, as paths from the root of the project. */
  readonly documents: readonly string[];
  /** The operator has to do and show this, because no code can. A sentence. */
  readonly operator?: string;
}

/** The controls of a deployment, by the criteria of an audit. */
export const CONTROLS: readonly Control[] = [
  {
    criterion: 'CC6.1, CC6.3',
    control: 'People act by their role, and each function has a role of its own with what it uses.',
    promises: ['16', '22'],
    documents: ['docs/generated/roles.md', 'docs/generated/iam.md'],
    operator: 'Decide who is an operator and who may deploy, and review both.',
  },
  {
    criterion: 'CC6.1',
    control: 'API keys are stored as verifiers, have rules, and can be revoked within seconds.',
    promises: ['15'],
    documents: ['docs/keys.md'],
  },
  {
    criterion: 'CC6.6',
    control: 'A firewall, limits and a watch on spend protect the edge, and no function is reachable around it.',
    promises: ['31'],
    documents: ['docs/generated/resources.md'],
  },
  {
    criterion: 'CC6.7',
    control: 'Data is encrypted in transit and at rest.',
    promises: ['17'],
    documents: ['docs/generated/resources.md'],
    operator: 'Configure a domain, with which older versions of TLS fail in the handshake.',
  },
  {
    criterion: 'CC6.8, CC7.1',
    control: 'Software components are pinned and listed, and rule packs check every template.',
    promises: ['23'],
    documents: ['docs/generated/acknowledgements.md', 'package-lock.json'],
    operator: 'Compare the list of components with a database of vulnerabilities, and test for intrusion.',
  },
  {
    criterion: 'CC7.2, CC7.3',
    control:
      'Alarms state whom a fault harms, and the runbook says what to do; every administrative action is recorded.',
    promises: ['07'],
    documents: ['docs/runbook.md', 'docs/audit.md', 'docs/observability.md'],
    operator: 'Read the alarms, and keep records of incidents.',
  },
  {
    criterion: 'CC8.1',
    control: 'A change passes tests on real engines, checks of types, layers and templates, and simulated crashes.',
    promises: [],
    documents: ['CONTRIBUTING.md', 'docs/fault-matrix.md'],
    operator: 'Keep the history of reviews and deployments.',
  },
  {
    criterion: 'A1.2',
    control: 'Tables can be restored to any second of their window, outlive their stack, and survive any single zone.',
    promises: [],
    documents: ['docs/deploy.md', 'docs/runbook.md'],
    operator: 'Practise a restore.',
  },
  {
    criterion: 'PI1.1 to PI1.5',
    control:
      'Each request is held, metered and charged exactly once; the ledger replays to its balance and agrees with payments.',
    promises: ['08', '24', '25', '30'],
    documents: ['docs/money.md'],
  },
  {
    criterion: 'C1.1, P3.1',
    control: 'Content exists in memory only, and of a request only closed metadata is kept.',
    promises: ['01', '02', '03', '04', '18'],
    documents: ['docs/data-map.md', 'docs/generated/data-map.md'],
    operator: 'Choose providers whose terms exclude training and retention.',
  },
  {
    criterion: 'C1.2, P4.2, P4.3',
    control: 'Each class of data has a retention that a nightly check verifies, and erasure ends with a certificate.',
    promises: ['05', '06', '09', '32', '33'],
    documents: ['docs/erasure.md', 'docs/generated/processing.md'],
  },
  {
    criterion: 'P1.1, P2.1',
    control:
      'Policies have versions that are announced and accepted, and mails that are not essential can be declined.',
    promises: ['13', '14'],
    documents: ['docs/notifications.md'],
    operator: 'Write the terms and the privacy policy, and publish them; before a transfer, publish a notice of it.',
  },
  {
    criterion: 'P5.1, P5.2',
    control: 'People get a copy of their data, have it corrected, and restrict its processing.',
    promises: ['10', '11', '12'],
    documents: ['docs/control-plane.md', 'docs/erasure.md'],
  },
  {
    criterion: 'P6.1, P6.4',
    control: 'Processors are registered from what is deployed.',
    promises: ['27'],
    documents: ['docs/generated/subprocessors.md'],
    operator: 'Publish your own list, and sign agreements with your providers.',
  },
];
