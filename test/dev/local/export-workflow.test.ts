import { runMachine } from '../../../dev/local/privacy/run-machine';
import { EXPORT_STEPS, EXPORT_WORKFLOW } from '../../../lambdas/contracts/workflows/export-workflow';
import { exportDeliver } from '../../../lambdas/handlers/privacy/export-deliver';
import { exportWrite } from '../../../lambdas/handlers/privacy/export-write';
import { ExportStage } from '../../domain/privacy/export-stage';

const ONE_PAGE = { characters: 1, milliseconds: Infinity };
const [WRITE, DELIVER] = [EXPORT_STEPS.write, EXPORT_STEPS.deliver];
/** More failures than a step is retried. */
const TOO_OFTEN = 6;

/** The workflow on a stage whose steps fail as planned. It keeps the inputs of the steps. */
async function open() {
  const stage = await ExportStage.open();
  const input = await stage.request();
  const failures: { [step: string]: number } = {};
  const events: unknown[] = [];
  const failing = (step: string, act: (event: unknown) => Promise<unknown>) => async (event: unknown) => {
    events.push(event);
    if ((failures[step] ?? 0) > 0) {
      failures[step] = (failures[step] ?? 0) - 1;
      throw new Error('planned');
    }
    return act(event);
  };
  const { store, clock, files } = stage;
  const dependencies = { store, clock, files, openArchive: stage.openArchive, limits: ONE_PAGE };
  const steps = {
    [WRITE]: failing(WRITE, exportWrite(dependencies)),
    [DELIVER]: failing(DELIVER, exportDeliver(stage.deliverDependencies)),
  };
  const run = () => runMachine(EXPORT_WORKFLOW, input, steps, { retryDelayMs: 0 }).ended;
  return { stage, input, failures, events, run };
}

test.each([WRITE, DELIVER])('promise-10 an export is finished although its step %s fails once', async (step) => {
  const { stage, input, failures, run } = await open();
  failures[step] = 1;
  await run();
  expect((await stage.exports.get(input.ownerId, input.exportId)).state).toBe('ready');
  expect((await stage.items(input)).get('usage-record')).toHaveLength(1);
});

test.each([WRITE, DELIVER])('an export whose step %s has failed for good is finished by a redrive', async (step) => {
  const { stage, input, failures, run } = await open();
  failures[step] = TOO_OFTEN;
  await expect(run()).rejects.toThrow();
  expect((await stage.exports.get(input.ownerId, input.exportId)).state).toBe('running');
  await run();
  expect((await stage.exports.get(input.ownerId, input.exportId)).state).toBe('ready');
  expect((await stage.items(input)).get('ledger-entry')).toHaveLength(1);
});

test('the input of every step and the result of an execution are IDs and a flag', async () => {
  const { input, events, run } = await open();
  const result = await run();
  for (const event of events) {
    const { written = {}, ...ids } = event as { readonly written?: object };
    expect([ids, Object.keys(written)]).toEqual([input, Object.keys(written).length === 0 ? [] : ['isComplete']]);
  }
  expect(result).toBeNull();
});
