import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Operators } from '../../../lambdas/domain/people/operators';
import type { Key } from '../../../lambdas/domain/table/value';
import type { CommandServices, CommandResult } from './command-services';
import type { OperatorCommand } from './operators-command';

const PAGE_ITEMS = 100;

/** Appoints and dismisses as the deployment itself: which person ran it is not known here. */
export async function runOperatorCommand(services: CommandServices, command: OperatorCommand): Promise<CommandResult> {
  const { store, clock } = services;
  const operators = new Operators({ store, clock, audit: new AuditLog({ store, clock }) });
  switch (command.name) {
    case 'operators-list': {
      const personIds = await allOperators(operators);
      return { exitCode: 0, lines: personIds.map((personId) => JSON.stringify({ personId })) };
    }
    case 'operators-appoint':
      return done(command.personId, true, operators.appoint({ personId: command.personId, actor: DEPLOYMENT }));
    case 'operators-dismiss':
      return done(command.personId, false, operators.dismiss({ personId: command.personId, actor: DEPLOYMENT }));
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

async function done(personId: string, isOperator: boolean, act: Promise<void>): Promise<CommandResult> {
  await act;
  return { exitCode: 0, lines: [JSON.stringify({ personId, isOperator })] };
}
