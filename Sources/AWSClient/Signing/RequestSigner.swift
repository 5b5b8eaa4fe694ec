import CurlTransport
package import FoundationEssentials
import OpenSSLDigest

/// Signature Version 4 for one region and service.
///
/// A pure function of request, credentials and date: every attempt is signed anew, and what an earlier signature left in
/// the request (date, token, authorization) is dropped first. Signing keys are remembered, which changes no result.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
package struct RequestSigner: Sendable {
    /// Region in the credential scope.
    package let region: String
    /// Service in the credential scope.
    package let service: String
    /// How the path becomes canonical.
    package let pathRule: CanonicalPath
    /// Whether the body's digest is sent as `x-amz-content-sha256`. S3 demands it.
    package let sendsContentDigest: Bool
    /// Whether the session token is added after signing, unsigned. No service of ours wants that.
    package let omitsSessionToken: Bool

    let keys: SigningKeyCache

    /// A signer by the rules of `service`.
    package init(
        region: String,
        service: String,
        pathRule: CanonicalPath? = nil,
        sendsContentDigest: Bool? = nil,
        omitsSessionToken: Bool = false
    ) {
        self.region = region
        self.service = service
        self.pathRule = pathRule ?? (service == "s3" ? .asSent : .normalized)
        self.sendsContentDigest = sendsContentDigest ?? (service == "s3")
        self.omitsSessionToken = omitsSessionToken
        keys = SigningKeyCache()
    }

    /// Signs with an `Authorization` header field.
    package func signHeaders(_ request: SignableRequest, credentials: Credentials, date: Date) -> SignedRequest {
        let amzDate = CivilTime(date).amzDate
        let scope = Scope(date: amzDate, region: region, service: service)
        let digest = SHA256.digest(request.body).hex
        var headers = request.headers.filter { !Self.isOwn($0.name) }
        headers.reserveCapacity(headers.count + 4)
        headers.append(HTTPField("X-Amz-Date", amzDate))
        if sendsContentDigest { headers.append(HTTPField("x-amz-content-sha256", digest)) }
        let token = credentials.sessionToken.map { HTTPField("X-Amz-Security-Token", $0) }
        if let token, !omitsSessionToken { headers.append(token) }

        let canonicalHeaders = CanonicalHeaders(headers, host: request.host)
        let canonical = canonicalRequest(request, query: CanonicalQuery(request.query), canonicalHeaders, digest)
        let (stringToSign, signature) = sign(canonical, scope, credentials)
        if let token, omitsSessionToken { headers.append(token) }
        headers.append(
            HTTPField(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope.text), "
                    + "SignedHeaders=\(canonicalHeaders.names), Signature=\(signature)"
            )
        )
        return SignedRequest(
            headers: headers,
            query: request.query,
            canonicalRequest: canonical,
            stringToSign: stringToSign,
            signature: signature
        )
    }

    /// Signs with query parameters: a link that needs no header fields beyond those signed.
    ///
    /// - Parameter expires: how long the link is good; 1 s to 7 days.
    package func signQuery(
        _ request: SignableRequest,
        credentials: Credentials,
        date: Date,
        expires: Duration
    ) -> SignedRequest {
        let amzDate = CivilTime(date).amzDate
        let scope = Scope(date: amzDate, region: region, service: service)
        let headers = request.headers.filter { !Self.isOwn($0.name) }
        let canonicalHeaders = CanonicalHeaders(headers, host: request.host)
        // S3 does not look at the body of what a link asks for.
        let digest = service == "s3" ? "UNSIGNED-PAYLOAD" : SHA256.digest(request.body).hex

        var query = CanonicalQuery(request.query)
        query.removeAll { Self.isOwn($0) }
        query.add("X-Amz-Algorithm", "AWS4-HMAC-SHA256")
        query.add("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope.text)")
        query.add("X-Amz-Date", amzDate)
        query.add("X-Amz-Expires", String(expires.components.seconds))
        query.add("X-Amz-SignedHeaders", canonicalHeaders.names)
        if let token = credentials.sessionToken, !omitsSessionToken { query.add("X-Amz-Security-Token", token) }
        let canonical = canonicalRequest(request, query: query, canonicalHeaders, digest)
        let (stringToSign, signature) = sign(canonical, scope, credentials)
        if let token = credentials.sessionToken, omitsSessionToken { query.add("X-Amz-Security-Token", token) }
        return SignedRequest(
            headers: headers,
            query: query.text + "&X-Amz-Signature=" + signature,
            canonicalRequest: canonical,
            stringToSign: stringToSign,
            signature: signature
        )
    }

    /// Date, region, service and a constant, joined with `/`.
    private struct Scope {
        let date: String
        let day: String
        let text: String

        init(date: String, region: String, service: String) {
            self.date = date
            day = String(date.prefix(8))
            text = "\(day)/\(region)/\(service)/aws4_request"
        }
    }

    private func canonicalRequest(
        _ request: SignableRequest,
        query: CanonicalQuery,
        _ headers: CanonicalHeaders,
        _ digest: String
    ) -> [UInt8] {
        let newline = UInt8(ascii: "\n")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + headers.text.count + request.path.utf8.count * 2 + request.query.utf8.count)
        bytes.append(contentsOf: request.method.utf8)
        bytes.append(newline)
        pathRule.append(request.path, to: &bytes)
        bytes.append(newline)
        query.append(to: &bytes)
        bytes.append(newline)
        bytes.append(contentsOf: headers.text)
        bytes.append(newline)
        bytes.append(contentsOf: headers.names.utf8)
        bytes.append(newline)
        bytes.append(contentsOf: digest.utf8)
        return bytes
    }

    private func sign(_ canonical: [UInt8], _ scope: Scope, _ credentials: Credentials) -> ([UInt8], String) {
        var text: [UInt8] = []
        text.reserveCapacity(192)
        text.append(contentsOf: "AWS4-HMAC-SHA256\n".utf8)
        text.append(contentsOf: scope.date.utf8)
        text.append(UInt8(ascii: "\n"))
        text.append(contentsOf: scope.text.utf8)
        text.append(UInt8(ascii: "\n"))
        text.append(contentsOf: SHA256.digest(canonical).hex.utf8)
        let key = keys.key(secret: credentials.secretAccessKey, day: scope.day, region: region, service: service)
        return (text, key.code(text).hex)
    }

    /// Whether a header field or query parameter is a signature's own, and so never taken over from the request.
    private static func isOwn(_ name: String) -> Bool {
        ownNames.contains { $0.equalsIgnoringASCIICase(name) }
    }

    private static let ownNames = [
        "Authorization", "X-Amz-Date", "X-Amz-Security-Token", "x-amz-content-sha256", "X-Amz-Algorithm",
        "X-Amz-Credential", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature",
    ]
}
