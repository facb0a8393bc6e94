import { exportWrite } from '../../lambdas/handlers/privacy/export-write';
import { withoutMessage } from '../../lambdas/handlers/privacy/without-message';

class ProcessorUnavailable extends Error {
  override readonly name = 'ProcessorUnavailable';
}

const thrownBy = async (step: Promise<unknown>): Promise<Error> =>
  step.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error as Error,
  );

test('promise-01 a step of a workflow that fails passes on the name of its error and where it arose, and no word of its message', async () => {
  const secret = 'ada@example.test said: hello';
  const thrown = await thrownBy(
    withoutMessage(() => Promise.reject(new ProcessorUnavailable(`${secret}\n${secret}`, { cause: secret })))({}),
  );
  expect(thrown.name).toBe('ProcessorUnavailable');
  expect(thrown.stack).toMatch(/^ProcessorUnavailable: .*\n {4}at .*workflow-steps\.test/);
  const kept = JSON.stringify([thrown.name, thrown.message, thrown.stack, thrown.cause, Object.entries(thrown)]);
  expect(kept).not.toContain('ada@');
  expect(kept).not.toContain('hello');
});

test('a step whose input is malformed tells no value of the input', async () => {
  const step = exportWrite({} as Parameters<typeof exportWrite>[0]);
  const thrown = await thrownBy(step({ exportId: 'ada@example.test' }));
  expect(thrown.name).toBe('ZodError');
  expect(String(thrown.stack)).not.toContain('ada@example.test');
});
