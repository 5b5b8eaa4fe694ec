import FoundationEssentials
import OpenSSLDigest

/// Checks AWS Signature Version 4 from a request as it arrived. Written from the specification and on purpose without the client's
/// signer: an error of the one is not an error of the other.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
package struct SignatureCheck: Sendable {
    let accessKeyID: String
    let secretAccessKey: String
    let sessionToken: String?
    let region: String
    let service: String

    /// A check for requests to one service, signed with these credentials.
    package init(
        accessKeyID: String,
        secretAccessKey: String,
        sessionToken: String? = nil,
        region: String,
        service: String
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
    }

    /// What is wrong with the signature of `request`; `nil` when it is right. `now` in seconds since 1970.
    package func problem(_ request: ReceivedRequest, now: Double) -> String? {
        guard let header = request.header("authorization") else { return "no Authorization" }
        let prefix = "AWS4-HMAC-SHA256 "
        guard header.hasPrefix(prefix) else { return "Authorization is not AWS4-HMAC-SHA256" }
        var parts: [String: String] = [:]
        for part in header.dropFirst(prefix.count).split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            if pair.count == 2 { parts[pair[0].trimmed] = pair[1].trimmed }
        }
        guard let credential = parts["Credential"], let names = parts["SignedHeaders"],
            let signature = parts["Signature"]
        else { return "Authorization lacks a part" }
        guard let date = request.header("x-amz-date"), let age = Self.age(of: date, now: now) else {
            return "no X-Amz-Date"
        }
        guard abs(age) < 300 else { return "X-Amz-Date is \(Int(age)) s old" }
        let scope = "\(date.prefix(8))/\(region)/\(service)/aws4_request"
        guard credential == "\(accessKeyID)/\(scope)" else { return "credential is not \(accessKeyID)/\(scope)" }
        if request.header("x-amz-security-token") != sessionToken { return "session token is not the credentials'" }

        let signed = names.split(separator: ";").map(String.init)
        guard signed == signed.sorted(), signed.contains("host") else {
            return "SignedHeaders is unsorted or lacks host"
        }
        for (name, _) in request.headers
        where name.lowercased().hasPrefix("x-amz-") && !signed.contains(name.lowercased()) {
            return "\(name) is not signed"
        }
        let key = ["\(date.prefix(8))", region, service, "aws4_request"].reduce(Array("AWS4\(secretAccessKey)".utf8)) {
            HMACSHA256.code(Array($1.utf8), key: $0).array
        }
        let digest = SHA256.digest(Array(canonical(request, signed: signed).utf8)).hex
        let text = "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(digest)"
        let expected = HMACSHA256.code(Array(text.utf8), key: key).hex
        return expected == signature ? nil : "the signature does not match"
    }

    private func canonical(_ request: ReceivedRequest, signed: [String]) -> String {
        let target = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        let path = target[0].isEmpty ? "/" : Self.encoded(target[0])
        let query =
            target.count > 1 ? target[1].split(separator: "&").map(String.init).sorted().joined(separator: "&") : ""
        let headers = signed.map { name in
            let values = request.headers.filter { $0.0.lowercased() == name }.map(\.1.collapsed)
            return "\(name):\(values.joined(separator: ","))\n"
        }.joined()
        let payload = SHA256.digest(request.body).hex
        return [request.method, path, query, headers, signed.joined(separator: ";"), payload].joined(separator: "\n")
    }

    /// The path encoded once more, as every service but S3 wants it.
    private static func encoded(_ path: String) -> String {
        var result = ""
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2F:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + Hexadecimal.text([byte]).uppercased()
            }
        }
        return result
    }

    /// Seconds from `20260102T030405Z` to `now`.
    private static func age(of date: String, now: Double) -> Double? {
        guard date.utf8.count == 16 else { return nil }
        let text = Array(date)
        let iso =
            "\(String(text[0..<4]))-\(String(text[4..<6]))-\(String(text[6..<11])):\(String(text[11..<13])):\(String(text[13..<16]))"
        return (try? Date(iso, strategy: .iso8601)).map { now - $0.timeIntervalSince1970 }
    }
}

/// A request as it arrived, before anything is made of it.
package struct ReceivedRequest: Sendable {
    var method: String
    /// Request target, undecoded.
    var target: String
    var headers: [(String, String)]
    /// Its bytes.
    package var body: [UInt8]

    /// A request of these parts.
    package init(method: String, target: String, headers: [(String, String)], body: [UInt8]) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    func header(_ name: String) -> String? { headers.first { $0.0.lowercased() == name }?.1 }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
    /// Without white space at its ends, inner runs as one space.
    fileprivate var collapsed: String { split(separator: " ").joined(separator: " ") }
}
