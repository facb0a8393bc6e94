/** What the user pool knows of how people prove who they are. */
export interface SecondFactors {
  /**
   * Whether the person cannot sign in by a password alone. A passkey does not count: it is another way in, beside the
   * password.
   *
   * @param subject the pool's id of the person
   * @throws ControlPlaneUnavailable when it cannot be told
   */
  has(subject: string): Promise<boolean>;
}
