import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SFNClient } from '@aws-sdk/client-sfn';
import { StepFunctionsWorkflows } from '../../lambdas/adapters/workflows/step-functions';
import { ControlPlaneUnavailable } from '../../lambdas/domain/errors/refusal';

const MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:Exports';
const ERASURES = 'arn:aws:states:eu-central-1:111122223333:stateMachine:Erasures';
const INPUT = { ownerId: 'acc_01JD0000000000000000000001', exportId: 'exp_01JD0000000000000000000001' } as const;
const STARTED = { executionArn: `${MACHINE}:1`, startDate: 1_795_168_800 };

let server: Server;
let asked: { readonly target: string; readonly body: unknown }[];
let answers: { readonly status: number; readonly body: object }[];
let workflows: StepFunctionsWorkflows;
let client: SFNClient;
beforeEach(async () => {
  [asked, answers] = [[], []];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ target: String(request.headers['x-amz-target']), body: JSON.parse(body) as unknown });
      const { status, body: answer } = answers.shift() ?? { status: 200, body: STARTED };
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  client = new SFNClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 2,
  });
  workflows = new StepFunctionsWorkflows({ client, exportMachine: MACHINE, erasureMachine: ERASURES });
});
afterEach(() => {
  client.destroy();
  server.close();
  server.closeAllConnections();
});

test('an export starts an execution that has its ID as name and only IDs as input', async () => {
  await workflows.startExport(INPUT);
  expect(asked).toEqual([
    {
      target: 'AWSStepFunctions.StartExecution',
      body: { stateMachineArn: MACHINE, name: INPUT.exportId, input: JSON.stringify(INPUT) },
    },
  ]);
});

test('an erasure starts an execution of its own machine', async () => {
  const input = { ownerId: INPUT.ownerId, erasureId: 'era_01JD0000000000000000000001' } as const;
  await workflows.startErasure(input);
  const body = { stateMachineArn: ERASURES, name: input.erasureId, input: JSON.stringify(input) };
  expect(asked).toEqual([{ target: 'AWSStepFunctions.StartExecution', body }]);
});

test('an export whose execution exists is not started again', async () => {
  answers.push({ status: 400, body: { __type: 'ExecutionAlreadyExists', message: 'exists' } });
  await workflows.startExport(INPUT);
  expect(asked).toHaveLength(1);
});

test('a start that fails once is repeated under the same name', async () => {
  answers.push({ status: 500, body: { __type: 'InternalServerError' } });
  await workflows.startExport(INPUT);
  expect(asked).toHaveLength(2);
  expect(asked[0]).toEqual(asked[1]);
});

test('an export that Step Functions does not start is a refusal that can be retried', async () => {
  const down = { status: 503, body: { __type: 'ServiceUnavailable' } };
  answers.push(down, down);
  await expect(workflows.startExport(INPUT)).rejects.toBeInstanceOf(ControlPlaneUnavailable);
  answers.push({ status: 400, body: { __type: 'StateMachineDoesNotExist' } });
  await expect(workflows.startExport(INPUT)).rejects.toBeInstanceOf(ControlPlaneUnavailable);
});
