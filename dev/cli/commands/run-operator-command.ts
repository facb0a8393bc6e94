import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Operators } from '../../../lambdas/domain/people/operators';
import type { Key } from '../../../lambdas/domain/table/value';
import { type CommandResult, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import type { OperatorCommand } from './operators-command';

const PAGE_ITEMS = 100;

/** Runs an operator command. The audit log names the deployment as its actor: who typed the command is unknown. */
export async function runOperatorCommand(services: CommandServices, command: OperatorCommand): Promise<CommandResult> {
  const { store, clock } = services;
  const operators = new Operators({ store, clock, audit: new AuditLog({ store, clock }) });
  switch (command.name) {
    case 'operators-list': {
      const personIds = await allOperators(operators);
      return jsonLines(personIds.map((personId) => ({ personId })));
    }
    case 'operators-appoint':
      await operators.appoint({ personId: command.personId, actor: DEPLOYMENT });
      return jsonLines([{ personId: command.personId, isOperator: true }]);
    case 'operators-dismiss':
      await operators.dismiss({ personId: command.personId, actor: DEPLOYMENT });
      return jsonLines([{ personId: command.personId, isOperator: false }]);
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
