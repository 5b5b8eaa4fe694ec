import CurlTransport
import FoundationEssentials

/// A service that speaks AWS JSON: the operation in `X-Amz-Target`, documents in bodies.
///
/// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
struct JSONService: Sendable {
    /// Protocol version, as it stands in the content type.
    enum Version: String, Sendable {
        case v1_0 = "application/x-amz-json-1.0"
        case v1_1 = "application/x-amz-json-1.1"
    }

    /// Sends, signs, retries.
    let runtime: ServiceRuntime
    /// Protocol version.
    let version: Version
    /// What comes before the dot in `X-Amz-Target`.
    let target: String

    /// A service of this protocol version and target prefix.
    init(_ runtime: ServiceRuntime, version: Version, target: String) {
        self.runtime = runtime
        self.version = version
        self.target = target
    }

    /// A call with its protocol's header fields.
    func call(_ operation: String, body: [UInt8]) -> ServiceCall {
        var call = ServiceCall(operation: operation)
        call.headers = [
            HTTPField("Content-Type", version.rawValue),
            HTTPField("X-Amz-Target", target + "." + operation),
        ]
        call.body = body
        return call
    }

    /// Sends `request` and decodes the answer.
    func send<Answer: Decodable & Sendable>(
        _ operation: String,
        _ request: some Encodable
    ) async throws(AWSError) -> Answer {
        let body = try encoded(operation, request)
        return try await runtime.send(call(operation, body: body)) { (response) throws(AnswerProblem) in
            _ = try JSONScanner.object(response.body)
            do {
                return try JSONDecoder().decode(Answer.self, from: Data(response.body))
            } catch {
                throw AnswerProblem("the answer's JSON lacks what \(operation) promises")
            }
        }
    }

    /// Sends `request`, whose answer says nothing but that it was done.
    func acknowledged(_ operation: String, _ request: some Encodable) async throws(AWSError) {
        try await acknowledged(operation, body: encoded(operation, request))
    }

    /// Sends `body`, whose answer says nothing but that it was done.
    ///
    /// Operations without an output shape are answered with an empty body; then the request id is what tells the service
    /// from something in between. Anything else must be a JSON object.
    func acknowledged(_ operation: String, body: [UInt8]) async throws(AWSError) {
        try await runtime.send(call(operation, body: body)) { (response) throws(AnswerProblem) in
            if response.body.isEmpty, response.header("x-amzn-requestid") != nil { return }
            _ = try JSONScanner.object(response.body)
        }
    }

    private func encoded(_ operation: String, _ request: some Encodable) throws(AWSError) -> [UInt8] {
        do {
            return try [UInt8](JSONEncoder().encode(request))
        } catch {
            throw runtime.error(
                operation,
                code: "builderd.Unencodable",
                kind: .rejected,
                "the request cannot be written as JSON",
                attempts: 0,
                underlying: error
            )
        }
    }
}
