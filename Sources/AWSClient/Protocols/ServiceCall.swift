import CurlTransport

/// One call of one operation, before an endpoint, credentials and a date make a request of it.
struct ServiceCall: Sendable {
    /// Operation name as the service spells it, for example `GetActivityTask`.
    var operation: String
    /// Request method.
    var method = "POST"
    /// Put before the endpoint's host, with its dot: the bucket of a virtual-host request. Empty for all but S3.
    var hostPrefix = ""
    /// Path below the endpoint's, percent-encoded, beginning with `/`.
    var path = "/"
    /// Query, percent-encoded, without `?`; empty for none.
    var query = ""
    /// Header fields of this operation: content type, target, conditions.
    var headers: [HTTPField] = []
    /// Body bytes.
    var body: [UInt8] = []
    /// Bounds of every single attempt.
    var limits = ExchangeLimits()
    /// Whether the request is signed. Only `AssumeRoleWithWebIdentity` is not.
    var isSigned = true
    /// Whether the client tries again by its retry rules.
    var isRetried = true
    /// Whether the service may hold the request before it answers, so that a good answer says nothing about its clock.
    var isHeld = false
}
