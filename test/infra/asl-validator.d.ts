declare module 'asl-validator' {
  /** The package has no types of its own. */
  const validate: (definition: unknown) => { readonly isValid: boolean; readonly errors: readonly unknown[] };
  export = validate;
}
