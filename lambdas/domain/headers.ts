/** HTTP headers by lower-case name. */
export interface Headers {
  readonly [lowerCaseName: string]: string | undefined;
}
