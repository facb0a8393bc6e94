import type { AcknowledgedRule, Assembly } from './assembly';
import { code, generatedBy, inOrder, table } from './table';

/** The format of a reason in lib/compliance/acknowledgements.ts. */
const REASON = /^([a-z-]+)\. Control: (.+?) Consequence: (.+?)(?: Test: (.+))?$/;

interface Explained extends AcknowledgedRule {
  readonly decision: string;
  readonly control: string;
  readonly consequence: string;
  readonly test: string;
}

/** Renders every decision to accept a finding: the rules, the constructs, the control and the consequence. */
export function acknowledgementsPage({ acknowledged }: Assembly): string {
  const explained = acknowledged.map(explain);
  const decisions = [...new Set(explained.map(({ decision }) => decision))].sort();
  const rules = new Set(explained.map(({ rule }) => rule));
  return [
    generatedBy('Accepted findings'),
    `${decisions.length} decisions cover ${rules.size} rules of cdk-nag (AWS Solutions, Serverless, HIPAA, NIST 800-53 r5, PCI DSS 3.2.1) and of AWS Control Tower. With a domain \`tls-without-domain\` does not apply. Every other finding fails the synthesis.`,
    ...decisions.map((decision) =>
      section(
        decision,
        explained.filter((each) => each.decision === decision),
      ),
    ),
    '',
  ].join('\n\n');
}

function section(decision: string, explained: readonly Explained[]): string {
  const rules = [...new Set(explained.map(({ rule }) => rule))].sort().map(code).join(', ');
  const rows = new Map<string, { readonly cells: string[]; readonly places: Set<string> }>();
  for (const { path, control, consequence, test } of explained) {
    const cells = [control, consequence, test === '' ? '–' : test];
    const row = rows.get(cells.join('\n')) ?? { cells, places: new Set() };
    rows.set(cells.join('\n'), row);
    row.places.add(path.replace(/^tollgate-[a-z0-9-]+-/, ''));
  }
  const written = [...rows.values()].map(({ cells, places }) => [[...places].sort().join('<br>'), ...cells]);
  return [`## ${decision}`, `Rules: ${rules}.`, table(['at', 'control', 'consequence', 'test'], inOrder(written))].join(
    '\n\n',
  );
}

/** @throws when a reason does not have the format of `acknowledge` */
function explain(acknowledged: AcknowledgedRule): Explained {
  const [, decision, control, consequence, test = ''] = REASON.exec(acknowledged.reason) ?? [];
  if (decision === undefined || control === undefined || consequence === undefined) {
    throw new Error(`${acknowledged.rule} at ${acknowledged.path} has no control and consequence.`);
  }
  return { ...acknowledged, decision, control, consequence, test };
}
