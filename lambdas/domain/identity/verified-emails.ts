/** The email addresses that people have proved to the user pool. */
export interface VerifiedEmails {
  /**
   * @param subject the pool's id of a person
   * @returns undefined for a person without a verified address
   * @throws ControlPlaneUnavailable when the pool does not answer
   */
  of(subject: string): Promise<string | undefined>;
}
