import { constants, Script } from 'node:vm';
import JestRuntime from 'jest-runtime';

const { USE_MAIN_CONTEXT_DEFAULT_LOADER } = constants;

/** The scripts of this worker by file: a function is compiled once, however many test files load its module. */
const compiled = new Map();

/** Jest's runtime, except that it compiles modules for the realm of one-realm-environment.js, and only once. */
export default class OneRealmRuntime extends JestRuntime {
  constructor(...parameters) {
    super(...parameters);
    const names = this.executor.injectedModuleParameters.join(', ');
    this.executor.compile = (source, filename) => {
      let entry = compiled.get(filename);
      // The source changes under `--watch` and under mutation tests.
      if (entry?.source !== source) {
        const options = { filename, importModuleDynamically: USE_MAIN_CONTEXT_DEFAULT_LOADER };
        // On the source's first line, so that line numbers stay.
        entry = { source, script: new Script(`(function (${names}) {${source}\n})`, options) };
        compiled.set(filename, entry);
      }
      return entry.script.runInThisContext();
    };
  }
}
