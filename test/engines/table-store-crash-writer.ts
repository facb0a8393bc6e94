import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { WALLET } from '../../lambdas/contracts/storage/tables';

// A separate process that the test kills. It writes in a loop and prints the number of each acknowledged write.
const [file = ''] = process.argv.slice(2);
const store = EmbeddedStore.open({ file, clock: Date.now });

async function writeForever(): Promise<never> {
  for (let n = 1; ; n++) {
    const sk = String(n).padStart(9, '0');
    await store.transact([
      { table: WALLET, put: { pk: 'entries', sk, padding: 'x'.repeat(n % 500) } },
      { table: WALLET, update: { pk: 'balance', sk: 'balance' }, change: { add: { n: 1n } } },
    ]);
    // Wait until the number has been flushed, so that the test sees every write that was acknowledged before the kill.
    await new Promise((resolve) => process.stdout.write(`${n}\n`, resolve));
  }
}

await writeForever();
