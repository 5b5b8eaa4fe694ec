import CurlTransport
import FoundationEssentials

@testable import AWSClient

/// A generated request, as it is written for `Tests/Python/sign_requests.py`.
struct SigningCase: Encodable {
    var method: String
    var scheme: String
    var host: String
    var path: String
    var query: String
    var headers: [[String]]
    var body: Data
    var service: String
    var region: String
    var form: String
    var accessKey: String
    var secretKey: String
    var token: String?
    var timestamp: String
    var expires: Int
    /// Whether the query has escapes or characters that a canonical one would not have.
    var oddQuery: Bool

    /// What botocore makes of it.
    struct Answer: Decodable {
        let canonicalRequest: String
        let stringToSign: String
        let signature: String
    }

    /// What we make of it.
    var signed: SignedRequest {
        get throws {
            let credentials = Credentials(
                accessKeyID: accessKey,
                secretAccessKey: secretKey,
                sessionToken: token,
                source: "generated"
            )
            let request = SignableRequest(
                method: method,
                // As the client makes it: without the scheme's default port.
                host: EndpointParts("\(scheme)://\(host)").authority,
                path: path,
                query: query,
                headers: headers.map { HTTPField($0[0], $0[1]) },
                body: Array(body)
            )
            let signer = RequestSigner(region: region, service: service)
            let digits = Array(timestamp)
            let iso =
                "\(String(digits[0..<4]))-\(String(digits[4..<6]))-\(String(digits[6..<8]))"
                + "T\(String(digits[9..<11])):\(String(digits[11..<13])):\(String(digits[13..<15]))Z"
            guard let date = ISO8601.date(iso) else { throw RawRequest.Unreadable() }
            return form == "header"
                ? signer.signHeaders(request, credentials: credentials, date: date)
                : signer.signQuery(request, credentials: credentials, date: date, expires: .seconds(expires))
        }
    }
}

extension SigningCase {
    private static let unreserved = "abcXYZ019-._~".map(String.init)
    private static let reserved = "!$&'()*+,;=:@".map(String.init)
    private static let escapes = ["%20", "%3A", "%2F", "%25", "%C3%A9", "%E1%88%B4", "%3D", "%26", "%2B", "%2A", "%00"]
    private static let oddEscapes = [
        "%3a", "%7E", "%41", "%e1%88%b4", "!", "*", "'", "(", ")", ":", "/", "?", "@", ",", "é",
    ]
    private static let segments = [".", "..", "", "...", ".a", "a..", "%2e%2E"]

    /// A request of any shape that both signers can be asked for.
    static func generated(_ random: inout SeededGenerator) -> SigningCase {
        let isS3 = random.once(in: 3)
        let isQuery = random.once(in: 2)
        let hasToken = random.once(in: 2)
        let oddQuery = !isQuery && random.once(in: 3)
        return SigningCase(
            method: random.pick(["GET", "POST", "PUT", "DELETE", "HEAD"]),
            scheme: random.pick(["https", "http"]),
            host: random.pick([
                "service.eu-central-1.amazonaws.com", "bucket.s3.amazonaws.com", "127.0.0.1:4566", "example.com:443",
                "example.com:80", "example.com:8443", "a-b.c",
            ]),
            path: path(&random, isS3: isS3),
            query: query(&random, isOdd: oddQuery, isUnique: isQuery),
            headers: headers(&random, hasToken: hasToken && !isQuery),
            // botocore moves a link's body into its query, so links are compared without one.
            body: isQuery ? Data() : body(&random),
            service: isS3
                ? "s3" : random.pick(["states", "ssm", "kms", "ec2", "dynamodb", "logs", "sts", "monitoring"]),
            region: random.pick(["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"]),
            form: isQuery ? "query" : "header",
            accessKey: "AKID" + random.text(["A", "B", "7", "Q"], upTo: 16, atLeast: 12),
            secretKey: random.text(unreserved + ["/", "+"], upTo: 40, atLeast: 20),
            token: hasToken ? random.text(unreserved + ["/", "+", "="], upTo: 400, atLeast: 1) : nil,
            timestamp: timestamp(&random),
            expires: random.pick([1, 60, 3600, 604_800]),
            oddQuery: oddQuery
        )
    }

    /// S3 gets only what may stand in a URL: botocore would sign other bytes, and an empty path, as they are, and neither
    /// can be sent (HTTP's empty path is `/`).
    private static func path(_ random: inout SeededGenerator, isS3: Bool) -> String {
        if random.once(in: 8) { return random.pick([isS3 ? "/" : "", "/", "//", "/./", "/../"]) }
        let raw = isS3 ? [] : ["é", " ", "ሴ", "\"", "<", "|"]
        var path = ""
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            path += "/"
            path +=
                random.once(in: 4)
                ? random.pick(segments) : random.text(unreserved + reserved + escapes + raw, upTo: 12)
        }
        return random.once(in: 4) ? path + "/" : path
    }

    /// Links have each key once and every key a name: botocore reads a link's query into a dictionary.
    private static func query(_ random: inout SeededGenerator, isOdd: Bool, isUnique: Bool) -> String {
        var pairs: [String] = []
        for index in 0..<random.pick([0, 0, 1, 2, 3, 6]) {
            let choices = unreserved + escapes + (isOdd ? oddEscapes : [])
            let key = random.text(choices, upTo: 6, atLeast: 1) + (isUnique ? String(index) : "")
            let value = random.text(choices, upTo: 10)
            pairs.append(random.once(in: 5) ? key : "\(key)=\(value)")
            if !isUnique, random.once(in: 4) { pairs.append("\(key)=\(random.text(choices, upTo: 4))") }
        }
        return pairs.joined(separator: "&")
    }

    /// No `Date` (botocore then dates by that instead) and no `Content-MD5` (it then leaves S3 bodies unsigned).
    private static func headers(_ random: inout SeededGenerator, hasToken: Bool) -> [[String]] {
        let names = [
            "Content-Type", "X-Amz-Target", "x-amz-meta-A", "X-Amz-Meta-a", "My-Header", "my-header", "MY-HEADER",
            "Range",
            "If-None-Match", "amz-sdk-request", "amz-sdk-invocation-id", "x-amz-server-side-encryption", "Zebra", "A",
            "User-Agent", "Expect", "Connection", "TE", "Traceparent", "Baggage", "X-Amzn-Trace-Id",
            "Transfer-Encoding",
            "Proxy-Authorization", "Keep-Alive", "Upgrade", "Trailer", "Tracestate", "Content-Length",
        ]
        let values = unreserved + reserved + [" ", "  ", "\t", "   ", "\"", "/", "%20", "é"]
        var headers: [[String]] = []
        for _ in 0..<Int.random(in: 0...7, using: &random) {
            headers.append([random.pick(names), random.text(values, upTo: 20)])
        }
        // What an earlier attempt left behind.
        if hasToken, random.once(in: 3) {
            headers.append(["X-Amz-Date", "20000101T000000Z"])
            headers.append(["x-amz-security-token", "old"])
            headers.append(["authorization", "old"])
        }
        return headers
    }

    private static func body(_ random: inout SeededGenerator) -> Data {
        let size = random.pick([0, 0, 1, 20, 300, 5000])
        return Data((0..<size).map { _ in UInt8.random(in: 0...255, using: &random) })
    }

    private static func timestamp(_ random: inout SeededGenerator) -> String {
        CivilTime(Date(timeIntervalSince1970: Double(Int.random(in: 946_684_800...4_102_444_800, using: &random))))
            .amzDate
    }
}
