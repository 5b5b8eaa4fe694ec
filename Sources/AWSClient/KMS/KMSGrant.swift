/// What CreateGrant says.
package struct KMSGrant: Sendable, Hashable, Decodable {
    /// Id of the grant on its key.
    package let grantID: String
    /// Lets the grant be used before it has spread (minutes); not a secret, but not to be logged.
    package let grantToken: String

    private enum CodingKeys: String, CodingKey {
        case grantID = "GrantId"
        case grantToken = "GrantToken"
    }
}
