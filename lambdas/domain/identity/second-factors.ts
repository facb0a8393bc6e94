/** Reports how people prove their identity to the user pool. */
export interface SecondFactors {
  /**
   * Whether the person needs more than a password to sign in. A passkey does not count, because the password alone
   * still lets them in.
   *
   * @param subject the pool's id of the person
   * @throws ControlPlaneUnavailable when the pool does not answer
   */
  has(subject: string): Promise<boolean>;
}
