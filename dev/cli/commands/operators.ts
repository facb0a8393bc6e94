import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Operators } from '../../../lambdas/domain/people/operators';
import type { Key } from '../../../lambdas/domain/table/value';
import type { CommandServices, CommandResult } from './command-services';
import type { OperatorCommand } from './operators-command';

const PAGE_ITEMS = 100;

/** Runs an operator command. The audit log names the deployment as its actor: who typed the command is unknown. */
export async function runOperatorCommand(services: CommandServices, command: OperatorCommand): Promise<CommandResult> {
  const { store, clock } = services;
  const operators = new Operators({ store, clock, audit: new AuditLog({ store, clock }) });
  switch (command.name) {
    case 'operators-list': {
      const personIds = await allOperators(operators);
      return { exitCode: 0, lines: personIds.map((personId) => JSON.stringify({ personId })) };
    }
    case 'operators-appoint':
      await operators.appoint({ personId: command.personId, actor: DEPLOYMENT });
      return showStanding(command.personId, true);
    case 'operators-dismiss':
      await operators.dismiss({ personId: command.personId, actor: DEPLOYMENT });
      return showStanding(command.personId, false);
  }
}

async function allOperators(operators: Operators): Promise<readonly string[]> {
  const personIds: string[] = [];
  let after: Key | undefined;
  do {
    const { items, next } = await operators.page({ limit: PAGE_ITEMS, after });
    personIds.push(...items);
    after = next;
  } while (after !== undefined);
  return personIds;
}

const showStanding = (personId: string, isOperator: boolean): CommandResult => ({
  exitCode: 0,
  lines: [JSON.stringify({ personId, isOperator })],
});
