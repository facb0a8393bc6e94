import { CustomDataIdentifier, DataIdentifier, DataProtectionPolicy } from 'aws-cdk-lib/aws-logs';

/**
 * The secrets of a deployment and of its clients, by their shape. CloudWatch Logs allows ten such patterns in a policy,
 * each of at most 200 characters, without parentheses and colons.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-custom-data-identifiers.html
 */
export const SECRET_SHAPES = {
  GatewayKey: 'tg_[0-9A-Z]{26}_[0-9A-Za-z]{43}',
  ProviderKey: 'sk-[0-9A-Za-z_-]{20,}',
  StripeKey: '[rs]k_[a-z]+_[0-9A-Za-z]{16,}',
  SigningSecret: 'whsec_[0-9A-Za-z_+/=]{20,}',
  AccessToken: 'eyJ[0-9A-Za-z_-]{8,}\\.[0-9A-Za-z_-]{8,}\\.[0-9A-Za-z_-]{8,}',
} as const;

/** Kinds that CloudWatch Logs finds by itself. */
const PERSONAL_AND_SECRET = [
  DataIdentifier.EMAILADDRESS,
  DataIdentifier.IPADDRESS,
  DataIdentifier.CREDITCARDNUMBER,
  DataIdentifier.AWSSECRETKEY,
  DataIdentifier.OPENSSHPRIVATEKEY,
  DataIdentifier.PKCSPRIVATEKEY,
];

/**
 * Masks secrets, addresses and card numbers in a log, which should have none of them: a line is a code with fields of a
 * closed list. It is a backstop against a mistake of ours, and against what a runtime writes by itself when a function
 * crashes. Only a principal with the permission `logs:Unmask`, which no role of a deployment has, sees what was masked.
 */
export function logProtection(): DataProtectionPolicy {
  return new DataProtectionPolicy({
    name: 'tollgate',
    description: 'Masks secrets, addresses and card numbers, none of which a log should have',
    identifiers: [
      ...PERSONAL_AND_SECRET,
      ...Object.entries(SECRET_SHAPES).map(([name, regex]) => new CustomDataIdentifier(name, regex)),
    ],
  });
}
