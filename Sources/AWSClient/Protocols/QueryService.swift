import CurlTransport

/// A service that speaks Query or EC2 Query: forms in, XML out.
struct QueryService: Sendable {
    /// Sends, signs, retries.
    let runtime: ServiceRuntime
    /// API version, a date.
    let version: String

    /// A service of this version.
    init(_ runtime: ServiceRuntime, version: String) {
        self.runtime = runtime
        self.version = version
    }

    /// Sends `form`; `read` takes what is wanted from the answer's root element.
    func send<Answer: Sendable>(
        _ form: QueryForm,
        isSigned: Bool = true,
        _ read: (XMLElement) throws(AnswerProblem) -> Answer
    ) async throws(AWSError) -> Answer {
        var call = ServiceCall(operation: form.action)
        call.headers = [HTTPField("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
        call.body = form.body(version: version)
        call.limits.bodyBytes = 64 * 1024 * 1024
        call.isSigned = isSigned
        return try await runtime.send(call) { (response) throws(AnswerProblem) in
            let root = try XMLReader.read(response.body)
            guard root.name == form.action + "Response" else {
                throw AnswerProblem("the answer is <\(root.name)>, not <\(form.action)Response>")
            }
            return try read(root)
        }
    }
}
