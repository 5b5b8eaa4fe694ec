import CurlTransport

/// What an answer with an error status says: code, message, request id, from any of the protocols' forms.
struct ServiceErrorAnswer: Sendable, Hashable {
    /// The error code; the status as text where the answer names none (HTML, nothing, truncated).
    let code: String
    /// The service's message, or a sentence about the answer. At most 2,000 characters.
    let message: String
    /// The service's request id.
    let requestID: String?
    /// Whether the answer itself named the code.
    let isNamed: Bool

    /// Reads `response`, which may be anything.
    ///
    /// Order: `x-amzn-query-error` (`Code;Sender`), then `X-Amzn-Errortype`, then the body's `__type` or `code`, or XML.
    init(_ response: HTTPResponse) {
        let body = Self.body(response.body)
        let header = response.header("x-amzn-query-error").map { Self.prefix($0, before: ";") }
        let code = [header, response.header("X-Amzn-Errortype"), body.code]
            .lazy.compactMap { $0.map(Self.cleaned) }.first { !$0.isEmpty }
        self.code = code ?? String(response.status)
        isNamed = code != nil
        message = String((body.message ?? Self.sentence(response)).prefix(2000))
        requestID = response.header("x-amzn-requestid") ?? response.header("x-amz-request-id") ?? body.requestID
    }

    /// `aws.protocoltests#FooError:http://…` is `FooError`: cut at the first `:`, keep what follows `#`.
    ///
    /// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
    static func cleaned(_ code: String) -> String {
        let cut = prefix(code, before: ":")
        let name = cut.split(separator: "#", omittingEmptySubsequences: false).last.map(String.init) ?? cut
        return name.utf8.count <= 128 && name.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? name : ""
    }

    private typealias Parts = (code: String?, message: String?, requestID: String?)

    private static func body(_ bytes: [UInt8]) -> Parts {
        guard let first = bytes.first(where: { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }) else { return (nil, nil, nil) }
        if first == UInt8(ascii: "{") { return json(bytes) }
        if first == UInt8(ascii: "<") || first == 0xEF { return xml(bytes) }
        return (nil, nil, nil)
    }

    private static func json(_ bytes: [UInt8]) -> Parts {
        guard let members = try? JSONScanner.object(bytes, members: ["__type", "code", "message", "Message"]) else {
            return (nil, nil, nil)
        }
        let texts = members.map { value -> String? in
            if case .string(let text) = value { text } else { nil }
        }
        return (texts[0] ?? texts[1], texts[2] ?? texts[3], nil)
    }

    /// Query: `ErrorResponse/Error` + `RequestId`. EC2: `Response/Errors/Error` + `RequestID`. S3: `Error` + `RequestId` within.
    private static func xml(_ bytes: [UInt8]) -> Parts {
        guard let root = try? XMLReader.read(bytes) else { return (nil, nil, nil) }
        let error: XMLElement?
        switch root.name {
        case "Error": error = root
        case "ErrorResponse": error = root.child("Error")
        case "Response": error = root.child("Errors")?.child("Error")
        default: error = nil
        }
        guard let error else { return (nil, nil, nil) }
        let requestID = root.text("RequestId") ?? root.text("RequestID")
        return (error.text("Code"), error.text("Message"), requestID)
    }

    private static func sentence(_ response: HTTPResponse) -> String {
        if let region = response.header("x-amz-bucket-region") {
            return "HTTP status \(response.status); the bucket is in region \(region)"
        }
        let what = response.body.isEmpty ? "an empty body" : "a body that names no error"
        return "HTTP status \(response.status) with \(what)"
    }

    private static func prefix(_ text: String, before separator: Character) -> String {
        String(text.prefix { $0 != separator })
    }
}
