import { openEncryptedZip } from '../../../lambdas/adapters/archive/encrypted-zip';
import { writePart } from '../../../lambdas/domain/privacy/export/write-part';
import { ExportStage } from './export-stage';

test.each([
  ['its first chunk', 1],
  ['its tenth chunk', 10],
  ['its last chunk', Infinity],
])('a step whose file cannot be stored fails at %s instead of waiting', async (_, failsAt) => {
  const stage = await ExportStage.open();
  const input = await stage.request();
  let chunks = 0;
  const fail = () => Promise.reject(new Error('planned'));
  const files = {
    create: () =>
      new WritableStream<Uint8Array>({
        write: () => {
          chunks += 1;
          return chunks === failsAt ? fail() : undefined;
        },
        close: fail,
      }),
    remove: () => Promise.resolve(),
  };
  const { store, clock } = stage;
  await expect(writePart({ store, clock, files, openArchive: openEncryptedZip }, input)).rejects.toThrow('planned');
  expect((await stage.exports.get(input.ownerId, input.exportId)).files).toEqual([]);
});
