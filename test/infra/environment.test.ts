import { EnvironmentIncomplete, readEnv } from '../../lambdas/adapters/read-env';
import { health } from '../../lambdas/handlers/control-plane/health';

test('readEnv returns the named variables and no others', () => {
  expect(readEnv(['A', 'B'], { A: '1', B: '2', C: '3' })).toEqual({ A: '1', B: '2' });
});

test.each([{}, { SECRET: '' }, { SECRET: ' ' }])(
  'an environment %j fails the start with the name of the missing variable',
  (source) => {
    expect(() => readEnv(['SECRET'], source)).toThrow(new EnvironmentIncomplete('SECRET'));
  },
);

test('health answers with the stage and is never cached', async () => {
  const response = await health({ stage: 'test' })();
  expect(response).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'no-store' } });
  expect(JSON.parse(response.body ?? '')).toEqual({ status: 'ok', stage: 'test' });
});
