import { parseArguments } from '../../bench/command-line';

const ALL = ['pass-through', 'portkey', 'tollgate'];

test.each([
  [[], { kind: 'compare', names: ALL }],
  [['tollgate'], { kind: 'compare', names: ['tollgate'] }],
  [['stall'], { kind: 'stall', seconds: 300, names: ALL }],
  [['stall', '60'], { kind: 'stall', seconds: 60, names: ALL }],
  [['stall', 'tollgate'], { kind: 'stall', seconds: 300, names: ['tollgate'] }],
  [['stall', '60', 'tollgate', 'pass-through'], { kind: 'stall', seconds: 60, names: ['pass-through', 'tollgate'] }],
  [['stored'], { kind: 'stored', requests: 1_000_000 }],
  [['stored', '20000'], { kind: 'stored', requests: 20_000 }],
  [['agents'], { kind: 'agents', seed: 1 }],
  [['agents', '7'], { kind: 'agents', seed: 7 }],
  [['fill', 'folder', '10'], { kind: 'fill', path: 'folder', requests: 10 }],
])('the benchmark reads the arguments %j', (args, command) => {
  expect(parseArguments(args)).toEqual(command);
});

test.each([['tolgate'], ['stall', 'sixty'], ['stored', '-1'], ['stored', '1e6'], ['fill']])(
  'the benchmark rejects the arguments %j %j',
  (...args) => {
    expect(() => parseArguments(args)).toThrow(Error);
  },
);
