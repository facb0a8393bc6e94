import { allows } from '../../lambdas/contracts/http/permissions';
import { STANDINGS } from '../../lambdas/contracts/http/roles';
import { apiDocument } from '../../lambdas/handlers/control-plane/api/api-document';
import { EXCHANGE_PATH } from '../../lambdas/handlers/control-plane/api/exchange-token';
import { ROUTES } from '../../lambdas/handlers/control-plane/api/routes/routes';
import { EXAMPLES } from './api-examples';
import { ApiStage } from './api-stage';

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required?: boolean }[];
}

const { paths } = apiDocument() as { readonly paths: { readonly [path: string]: { [method: string]: Operation } } };

/** Whether the document requires a header; undefined if it does not list it. */
const headerOf = (path: string, method: string, header: string): 'required' | 'optional' | undefined => {
  const named = paths[path]?.[method]?.parameters?.find((each) => each.in === 'header' && each.name === header);
  return named && (named.required === true ? 'required' : 'optional');
};

const CHANGES = ROUTES.filter(({ method }) => method !== 'get');

describe('the OpenAPI document', () => {
  test.each(CHANGES.map((route) => [route.id, route] as const))(
    'the document says whether %s checks If-Match',
    async (id, route) => {
      const stage = await ApiStage.open();
      const request = await EXAMPLES[id]!(stage, stage.accountId);
      const as = [...STANDINGS].reverse().find((standing) => allows(route.permission, standing))!;
      const ask = (ifMatch: string | undefined) => {
        const { 'if-match': _any, ...headers }: { readonly [name: string]: string } = request.headers ?? {};
        const method = route.method.toUpperCase();
        return stage.ask({ ...request, method, as, headers: { ...headers, ...(ifMatch && { 'if-match': ifMatch }) } });
      };
      const documented = headerOf(route.path, route.method, 'If-Match');
      const old = await ask('"999999"');
      expect([id, old.status === 412]).toEqual([id, documented !== undefined]);
      if (documented !== undefined) expect((await ask(undefined)).status === 428).toBe(documented === 'required');
    },
  );

  test('the document lists Idempotency-Key for each POST except the exchange, and nowhere else', () => {
    const named = ROUTES.filter(({ path, method }) => headerOf(path, method, 'Idempotency-Key') === 'optional');
    expect(named.map(({ id }) => id)).toEqual(ROUTES.filter(({ method }) => method === 'post').map(({ id }) => id));
    expect(headerOf(EXCHANGE_PATH, 'post', 'Idempotency-Key')).toBeUndefined();
  });
});
