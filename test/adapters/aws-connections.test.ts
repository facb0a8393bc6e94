import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createRelay, type Server, type Socket } from 'node:net';
import { SdkTransport } from '../../lambdas/adapters/dynamodb/sdk-transport';
import { AwsConnections } from '../../lambdas/adapters/aws-connections';

const GET = { TableName: 't', Key: { pk: { S: 'p' }, sk: { S: 's' } } };
const PUT = { TableName: 't', Item: GET.Key };

let server: Server;
let relay: Server;
let sockets: Socket[];
let now: number;
let connections: AwsConnections;
let transport: SdkTransport;

beforeEach(async () => {
  now = 0;
  sockets = [];
  server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200).end('{}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  relay = createRelay((socket) => {
    sockets.push(socket);
    const onward = connect(port, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    socket.on('error', () => undefined).on('close', () => onward.destroy());
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  connections = new AwsConnections({ clock: () => now });
  const endpoint = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  transport = new SdkTransport({ endpoint, region: 'us-east-1', credentials }, connections.agents);
});
afterEach(() => {
  transport.close();
  for (const socket of sockets) socket.destroy();
  relay.close();
  server.close();
});

const invoke = (): Promise<unknown> =>
  connections.during(async () => {
    await transport.call('GetItem', GET);
    await transport.call('PutItem', PUT);
  });

test('invocations that follow each other share their connections', async () => {
  await invoke();
  now += 29_000;
  await invoke();
  expect(sockets).toHaveLength(1);
});

test('an invocation after a pause does not use a connection that leads nowhere since then', async () => {
  await invoke();
  // As when a network has forgotten the connection of a frozen function: nothing closes it, and nothing answers.
  for (const socket of sockets) socket.unpipe().resume();
  now += 60_000;
  await invoke();
  expect(sockets).toHaveLength(2);
});

test('an invocation after the clock was set back gets new connections as well', async () => {
  await invoke();
  now -= 60_000;
  await invoke();
  expect(sockets).toHaveLength(2);
});
