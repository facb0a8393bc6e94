import type { Permission } from '../../../lambdas/contracts/http/permissions';
import { type AuditFields, DEPLOYMENT_CHAIN } from '../../../lambdas/contracts/storage/audit-event';
import { isoTime } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { DAY_MS } from '../../../lambdas/domain/clock';
import { Refusal } from '../../../lambdas/domain/errors/refusal';
import { formatUsd, parseUsd } from '../../../lambdas/domain/money/pico';
import { wholeCentsIn } from '../../../lambdas/domain/payments/cents';
import { readAutoTopUp } from '../../../lambdas/domain/payments/auto-top-up-settings';
import { AutoTopUpIsOn, PaymentsOff } from '../../../lambdas/domain/payments/payments-errors';
import type { Payments } from '../../../lambdas/domain/payments/payments';
import { boundsOf } from '../../../lambdas/domain/payments/statements/month';
import { statementOf } from '../../../lambdas/domain/payments/statements/statement';
import { statementCsv } from '../../../lambdas/domain/payments/statements/statement-csv';
import { statementHtml } from '../../../lambdas/domain/payments/statements/statement-html';
import type { Key } from '../../../lambdas/domain/table/value';
import type { Recorder } from '../../../lambdas/domain/wallet/funds/change-funds';
import { Funds } from '../../../lambdas/domain/wallet/funds/funds';
import { type CommandResult, failure, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import type { PaymentsCommand, WalletCommand } from './money-command';

/** Stripe repeats an event for three days, so what is older than that and not booked was lost. */
const COMPARED_MS = 4 * DAY_MS;
const PAGE_ITEMS = 100;

/** Runs a command about an account's money. The audit log names the deployment as its actor. */
export async function runWalletCommand(services: CommandServices, command: WalletCommand): Promise<CommandResult> {
  try {
    switch (command.name) {
      case 'wallet-grant':
        return await grant(services, command);
      case 'wallet-line':
        return await setLine(services, command);
      case 'wallet-refund':
        return await refund(services, command);
      case 'wallet-statement':
        return await statement(services, command);
    }
  } catch (error) {
    if (error instanceof Refusal) return failure(error.message);
    throw error;
  }
}

type CommandOf<Name extends WalletCommand['name']> = Extract<WalletCommand, { readonly name: Name }>;

/** Commits writes together with the audit event of an action. */
const recorded = (
  { store, clock }: CommandServices,
  action: Permission,
  accountId: string,
  after: AuditFields,
): Recorder => {
  const audit = new AuditLog({ store, clock });
  return (writes) => audit.record({ chain: accountId, actor: DEPLOYMENT, action, target: accountId, after, writes });
};

async function grant(
  services: CommandServices,
  { accountId, amount, grantId, reason, expires }: CommandOf<'wallet-grant'>,
): Promise<CommandResult> {
  const expiresAt = expires === undefined ? undefined : Date.parse(expires);
  if (expiresAt !== undefined && expiresAt <= services.clock()) return failure('The expiry must be in the future.');
  const record = recorded(services, 'wallet.grant', accountId, { amount });
  await new Funds(services).grant({ accountId, grantId, reason, expiresAt, amountPico: parseUsd(amount) }, record);
  return show(services, accountId, { grantId });
}

async function setLine(
  services: CommandServices,
  { accountId, line, changeId }: CommandOf<'wallet-line'>,
): Promise<CommandResult> {
  const record = recorded(services, 'wallet.lend', accountId, { amount: line });
  await new Funds(services).setLine({ accountId, changeId, linePico: parseUsd(line) }, record);
  return show(services, accountId, {});
}

async function refund(
  services: CommandServices,
  { accountId, paymentId, amount, refundId }: CommandOf<'wallet-refund'>,
): Promise<CommandResult> {
  const { refunds } = await paymentsOf(services);
  if ((await readAutoTopUp(services.store, accountId))?.isOn === true) throw new AutoTopUpIsOn();
  const record = recorded(services, 'payment.refund', accountId, { payment: paymentId, amount });
  await refunds.refund({ accountId, paymentId, refundId, creditCents: wholeCentsIn(parseUsd(amount)), record });
  return show(services, accountId, { refundId });
}

async function statement(
  services: CommandServices,
  { accountId, month, form }: CommandOf<'wallet-statement'>,
): Promise<CommandResult> {
  if (boundsOf(month)[0] > isoTime(services.clock())) return failure('The month has not begun yet.');
  const found = await statementOf(services, accountId, month);
  if (form === 'csv') return { exitCode: 0, lines: [statementCsv(found).trimEnd()] };
  if (form === 'html') return { exitCode: 0, lines: [statementHtml(found).trimEnd()] };
  return { exitCode: 0, lines: [JSON.stringify(found, inDollars)] };
}

/** Amounts in dollars, under names that say no unit. */
function inDollars(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => {
      if (typeof member !== 'bigint') return [name, member];
      return name.endsWith('Pico') ? [name.replace(/Pico$/, ''), formatUsd(member)] : [name, Number(member)];
    }),
  );
}

/** The account's money after a change. */
async function show(services: CommandServices, accountId: string, changed: object): Promise<CommandResult> {
  const view = await new Funds(services).view(accountId);
  return jsonLines([
    {
      accountId,
      ...changed,
      available: formatUsd(view.availablePico),
      held: formatUsd(view.heldPico),
      promotional: formatUsd(view.promotionalPico),
      paid: formatUsd(view.paidPico),
      creditLine: formatUsd(view.linePico + view.lineUsedPico),
      owed: formatUsd(view.lineUsedPico),
      debt: formatUsd(view.debtPico),
    },
  ]);
}

/** Runs a command about the payments of the deployment. */
export async function runPaymentsCommand(
  services: Pick<CommandServices, 'clock' | 'store' | 'openPayments'>,
  command: PaymentsCommand,
): Promise<CommandResult> {
  try {
    const payments = await paymentsOf(services);
    switch (command.name) {
      case 'payments-reconcile':
        return await reconcile(services, payments, command);
      case 'payments-exceptions':
        return await listExceptions(payments);
      case 'payments-resolve':
        return await resolveException(services, payments, command);
    }
  } catch (error) {
    if (error instanceof Refusal) return failure(error.message);
    throw error;
  }
}

async function reconcile(
  { clock }: Pick<CommandServices, 'clock'>,
  payments: Payments,
  command: Extract<PaymentsCommand, { readonly name: 'payments-reconcile' }>,
): Promise<CommandResult> {
  const to = command.to === undefined ? clock() : Date.parse(command.to);
  const from = command.from === undefined ? to - COMPARED_MS : Date.parse(command.from);
  if (from >= to) return failure('The period must begin before it ends.');
  const { differences, ...counts } = await payments.reconcile({ from, to });
  const lines = differences.map(({ paymentId, kind, expectedPico, actualPico }) =>
    JSON.stringify({ paymentId, kind, expected: formatUsd(expectedPico), actual: formatUsd(actualPico) }),
  );
  const period = { from: isoTime(from), to: isoTime(to) };
  const isReconciled = differences.length === 0;
  lines.push(JSON.stringify({ reconciled: isReconciled, ...period, ...counts, differences: differences.length }));
  return isReconciled
    ? { exitCode: 0, lines }
    : { exitCode: 1, lines, error: 'The ledger and Stripe do not agree: see docs/runbook.md.' };
}

async function listExceptions({ exceptions }: Payments): Promise<CommandResult> {
  const found: object[] = [];
  let after: Key | undefined;
  do {
    const { items, next } = await exceptions.page({ limit: PAGE_ITEMS, after });
    found.push(...items);
    after = next;
  } while (after !== undefined);
  return jsonLines(found);
}

async function resolveException(
  { store, clock }: Pick<CommandServices, 'store' | 'clock'>,
  { exceptions }: Payments,
  { paymentId, code }: Extract<PaymentsCommand, { readonly name: 'payments-resolve' }>,
): Promise<CommandResult> {
  const audit = new AuditLog({ store, clock });
  const event = { chain: DEPLOYMENT_CHAIN, actor: DEPLOYMENT, action: 'payment.resolve', target: paymentId } as const;
  await exceptions.resolve({ paymentId, code }, (writes) =>
    audit.record({ ...event, after: { exception: code }, writes }),
  );
  return jsonLines([{ paymentId, code, resolved: true }]);
}

/** @throws PaymentsOff */
async function paymentsOf({ openPayments }: Pick<CommandServices, 'openPayments'>): Promise<Payments> {
  const payments = await openPayments?.();
  if (payments === undefined) throw new PaymentsOff();
  return payments;
}
