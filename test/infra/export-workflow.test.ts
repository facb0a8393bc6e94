import { runMachine, type Steps } from '../../dev/local/privacy/run-machine';
import { EXPORT_STEPS } from '../../lambdas/contracts/workflows/export-workflow';
import { AuditLog } from '../../lambdas/domain/audit/audit-log';
import { notifyBy } from '../../lambdas/domain/notifications/outbox/outbox';
import { EXPORTED } from '../../lambdas/domain/privacy/register';
import type { ExportFiles } from '../../lambdas/domain/privacy/export/ports';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import { exportDeliver } from '../../lambdas/handlers/privacy/export-deliver';
import { exportWrite } from '../../lambdas/handlers/privacy/export-write';
import { waitingMessages } from '../domain/notifications/waiting-messages';
import { ExportStage } from '../domain/privacy/export-stage';
import { at, ofType, synthesize } from './synthesis';

const [[, machine] = []] = ofType(synthesize('documented'), 'AWS::StepFunctions::StateMachine').filter(([id]) =>
  id.startsWith('Exports'),
);
const DEFINITION = JSON.parse(String(at(machine, 'Properties', 'DefinitionString'))) as { readonly StartAt: string };
const [WRITE, DELIVER] = [EXPORT_STEPS.write, EXPORT_STEPS.deliver];
const STATES: Readonly<Record<string, string>> = { [WRITE]: 'WriteFile', [DELIVER]: 'Deliver' };
const KINDS = EXPORTED.filter(({ kind }) => ['account', 'ledger-entry'].includes(kind));
/** About two files. */
const LIMITS = { characters: 200, milliseconds: Infinity };
/** More effects than an execution has. */
const EFFECTS_MAX = 60;

/** A process that dies just before one of its effects, or just after; then none of its calls comes back. */
class MortalProcess {
  readonly #diesAt: number;
  #moments = 0;

  constructor(diesAt: number) {
    this.#diesAt = diesAt;
  }

  get isDead(): boolean {
    return this.#moments >= this.#diesAt;
  }

  async call<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.isDead) throw new Error('died');
    return work();
  }

  async effect<T>(work: () => T | Promise<T>): Promise<T> {
    const result = await this.call(() => {
      this.#moments += 1;
      return this.call(work);
    });
    this.#moments += 1;
    return this.call(() => result);
  }

  store(inner: TableStore): TableStore {
    return {
      get: (get) => this.call(() => inner.get(get)),
      query: (query) => this.call(() => inner.query(query)),
      write: (write) => this.effect(() => inner.write(write)),
      transact: (writes, token) => this.effect(() => inner.transact(writes, token)),
    };
  }

  /** The first chunk and the end of a file are effects. */
  files(inner: ExportFiles): ExportFiles {
    return {
      create: (path) => {
        const writer = inner.create(path).getWriter();
        let chunks = 0;
        return new WritableStream<Uint8Array>({
          write: (chunk) => {
            chunks += 1;
            return chunks === 1 ? this.effect(() => writer.write(chunk)) : this.call(() => writer.write(chunk));
          },
          close: () => this.effect(() => writer.close()),
          abort: (cause) => writer.abort(cause),
        });
      },
      remove: (path) => this.effect(() => inner.remove(path)),
    };
  }
}

/** An account with an export that was requested. */
async function open() {
  const stage = await ExportStage.open();
  const input = await stage.request();
  let last = { state: DEFINITION.StartAt, event: input as object };
  const stepsOf = (process: MortalProcess): Steps => {
    const { clock } = stage;
    const [store, files] = [process.store(stage.store), process.files(stage.files)];
    const audit = new AuditLog({ store, clock, random: () => 0, sleep: () => Promise.resolve() });
    const noting = (name: string, step: (event: unknown) => Promise<unknown>) => (event: unknown) => {
      last = { state: STATES[name] ?? '', event: event as object };
      return step(event);
    };
    return {
      [WRITE]: noting(
        WRITE,
        exportWrite({ store, clock, files, openArchive: stage.openArchive, limits: LIMITS, kinds: KINDS }),
      ),
      [DELIVER]: noting(DELIVER, exportDeliver({ store, audit, notify: notifyBy(clock) })),
    };
  };
  /** Runs the execution from the state that failed, with that state's input, as a redrive does. */
  const drive = (process: MortalProcess) =>
    runMachine({ ...DEFINITION, StartAt: last.state }, last.event, stepsOf(process), { retryDelayMs: 0 }).ended;
  const stateWhereItFailed = () => last.state;
  return { stage, input, drive, stateWhereItFailed };
}

/** The export as its owner gets it, and how often it was announced. */
async function outcomeOf({ stage, input }: Pick<Awaited<ReturnType<typeof open>>, 'stage' | 'input'>) {
  const { state, files } = await stage.exports.get(input.ownerId, input.exportId);
  const items = [...(await stage.items(input))];
  const { items: events } = await stage.audit.page(input.ownerId, { limit: 10 });
  const messages = await waitingMessages(stage.store);
  return {
    state,
    files: files.length,
    items,
    delivered: events.filter(({ action }) => action === 'export.deliver').length,
    told: messages.filter(({ kind }) => kind === 'export_ready').length,
  };
}

test('promise-10 an export whose process dies at any moment of a step is the same export, once, after a redrive', async () => {
  const undisturbed = await open();
  await undisturbed.drive(new MortalProcess(Infinity));
  const expected = await outcomeOf(undisturbed);
  expect(expected).toMatchObject({ state: 'ready', delivered: 1, told: 1 });
  expect(expected.files).toBeGreaterThan(1);
  const failedIn = new Set<string>();
  let moments = 0;
  for (; moments < EFFECTS_MAX; moments += 1) {
    const run = await open();
    const died = await run.drive(new MortalProcess(moments)).then(
      () => false,
      () => true,
    );
    if (!died) break;
    failedIn.add(run.stateWhereItFailed());
    await run.drive(new MortalProcess(Infinity));
    expect([moments, await outcomeOf(run)]).toEqual([moments, expected]);
  }
  expect(moments).toBeLessThan(EFFECTS_MAX);
  expect([...failedIn].sort()).toEqual(['Deliver', 'WriteFile']);
});
