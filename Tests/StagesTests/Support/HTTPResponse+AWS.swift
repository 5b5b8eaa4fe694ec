import CurlTransport
import FoundationEssentials

/// Answers as AWS services write them, for the services that tests keep in memory.
extension HTTPResponse {
    /// An answer of the JSON protocols.
    static func awsJSON(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [HTTPField("Content-Type", "application/x-amz-json-1.1")],
            body: Array(text.utf8)
        )
    }

    /// An error of the JSON protocols.
    static func awsError(_ code: String, status: Int = 400) -> HTTPResponse {
        awsJSON("{\"__type\":\"\(code)\",\"message\":\"scripted\"}", status: status)
    }

    /// What GetParameter says of a parameter.
    static func parameter(_ name: String, value: String, version: Int = 1, type: String = "SecureString")
        -> HTTPResponse
    {
        let text = (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
        return awsJSON(
            "{\"Parameter\":{\"Name\":\"\(name)\",\"Value\":\(text),\"Version\":\(version),\"Type\":\"\(type)\"}}"
        )
    }
}
