import type { ExportInput } from '../../../contracts/storage/export';

/** A file of an archive that is being written. */
export interface ArchiveEntry {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** An archive that is written as a stream. All but one of the entries that are open at the same time are kept in memory. */
export interface Archive {
  add(name: string): ArchiveEntry;
  /** Writes the directory and closes the sink. @returns the size of the archive in bytes */
  close(): Promise<number>;
  /** Fails the sink, so that nothing is stored. */
  abort(cause: unknown): Promise<void>;
}

/** Opens an archive whose entries are encrypted. */
export type OpenArchive = (sink: WritableStream<Uint8Array>, passphrase: string) => Archive;

/** Stores the files of exports. */
export interface ExportFiles {
  /**
   * A sink for a new file, which exists once the sink is closed, and does not if it is aborted.
   * @param path `<owner>/<export>/<name>`
   */
  create(path: string): WritableStream<Uint8Array>;
  /** Deletes a file. Deleting one that does not exist has no effect. */
  remove(path: string): Promise<void>;
}

/** A link to one file. */
export interface ExportLink {
  readonly url: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

/** Signs links to the files of exports. */
export interface ExportLinks {
  /** @param file.name the name under which a browser saves the file */
  sign(file: { readonly path: string; readonly name: string }): Promise<ExportLink>;
}

/** Runs the workflows of people's rights. */
export interface Workflows {
  /** Starts an export. Starting one that was started has no effect. */
  startExport(input: ExportInput): Promise<void>;
}
