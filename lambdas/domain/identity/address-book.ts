/** Finds users of the user pool by their mail address. */
export interface AddressBook {
  /**
   * @returns the pool's ID of the user; undefined if none has the address
   * @throws ControlPlaneUnavailable when the pool does not answer
   */
  subjectOf(address: string): Promise<string | undefined>;
}
