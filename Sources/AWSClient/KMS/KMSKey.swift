/// What DescribeKey says.
package struct KMSKey: Sendable, Hashable, Decodable {
    /// Key id.
    package let keyID: String
    /// Key ARN.
    package let arn: String
    /// Account that owns it.
    package let accountID: String?
    /// Whether it can be used.
    package let enabled: Bool?
    /// `Enabled`, `Disabled`, `PendingDeletion`, `PendingImport`, `Unavailable`, …
    package let state: String?
    /// `CUSTOMER`, or `AWS` for a key that grants cannot be made on.
    package let manager: String?
    /// `ENCRYPT_DECRYPT`, `SIGN_VERIFY`, …
    package let usage: String?
    /// `SYMMETRIC_DEFAULT`, `RSA_2048`, …
    package let spec: String?

    private enum CodingKeys: String, CodingKey {
        case keyID = "KeyId"
        case arn = "Arn"
        case accountID = "AWSAccountId"
        case enabled = "Enabled"
        case state = "KeyState"
        case manager = "KeyManager"
        case usage = "KeyUsage"
        case spec = "KeySpec"
    }
}
