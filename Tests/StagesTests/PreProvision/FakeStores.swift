import AWSClient
import CurlTransport
import FoundationEssentials
import Synchronization

/// Parameter Store and S3 in memory, behind the transport: what Pre Provision writes can be looked at, and any call can be answered
/// with a fault. It keeps the services' rules that matter here: tiers' sizes, no `{{`, versions.
final class FakeStores: HTTPExchanging {
    struct StoredParameter: Sendable {
        var value: String
        var version: Int
        var tier: String
        var keyId: String?
        var type: String
    }

    struct StoredObject: Sendable {
        var body: [UInt8]
        var version: Int
        var kmsKey: String?
    }

    struct State: Sendable {
        var parameters: [String: StoredParameter] = [:]
        var objects: [String: StoredObject] = [:]
        var calls: [String] = []
        var faults: [String: HTTPResponse] = [:]
    }

    private let state = Mutex(State())

    /// Everything stored and every call made, as `PutParameter /name` or `GET /bucket/key`.
    var now: State { state.withLock { $0 } }

    /// Changes what is stored or how calls are answered.
    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    /// A configuration whose every service is this.
    var aws: AWSConfiguration { .forTest(over: self) }

    func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let target = request.headers.first { $0.name.equalsIgnoringASCIICase("X-Amz-Target") }?.value
        let response = state.withLock { state in
            guard let target else { return Self.objectStore(request, &state) }
            return Self.parameterStore(String(target.split(separator: ".").last ?? ""), request, &state)
        }
        guard response.body.count <= request.limits.bodyBytes else {
            throw TransportError(.bodyTooLarge, "the answer is too large", mayHaveBeenSent: true)
        }
        return response
    }

    private struct PutRequest: Decodable {
        var Name: String
        var Value: String
        var `Type`: String
        var KeyId: String?
        var Overwrite: Bool
        var Tier: String
    }

    private struct GetRequest: Decodable {
        var Name: String
    }

    private static func parameterStore(_ operation: String, _ request: HTTPRequest, _ state: inout State)
        -> HTTPResponse
    {
        let body = Data(request.body)
        switch operation {
        case "PutParameter":
            guard let put = try? JSONDecoder().decode(PutRequest.self, from: body) else {
                return .awsError("SerializationException")
            }
            state.calls.append("PutParameter \(put.Name)")
            if let fault = state.faults["PutParameter"] { return fault }
            let limit = put.Tier == "Standard" ? 4096 : 8192
            guard put.Value.utf8.count <= limit, !put.Value.contains("{{") else {
                return .awsError("ValidationException")
            }
            let earlier = state.parameters[put.Name]
            guard put.Overwrite || earlier == nil else { return .awsError("ParameterAlreadyExists") }
            let version = (earlier?.version ?? 0) + 1
            state.parameters[put.Name] = StoredParameter(
                value: put.Value,
                version: version,
                tier: put.Tier,
                keyId: put.KeyId,
                type: put.Type
            )
            return .awsJSON("{\"Version\":\(version)}")
        case "GetParameter":
            guard let get = try? JSONDecoder().decode(GetRequest.self, from: body) else {
                return .awsError("SerializationException")
            }
            state.calls.append("GetParameter \(get.Name)")
            if let fault = state.faults["GetParameter"] { return fault }
            let parts = get.Name.split(separator: ":")
            guard let name = parts.first.map(String.init), let stored = state.parameters[name] else {
                return .awsError("ParameterNotFound")
            }
            if parts.count == 2, parts[1] != "\(stored.version)" { return .awsError("ParameterVersionNotFound") }
            return .parameter(name, value: stored.value, version: stored.version, type: stored.type)
        default:
            return .awsError("UnknownOperationException")
        }
    }

    private static func objectStore(_ request: HTTPRequest, _ state: inout State) -> HTTPResponse {
        let rest = String(request.url.dropFirst("http://127.0.0.1:9".count))
        let path = String(rest.prefix { $0 != "?" })
        state.calls.append("\(request.method) \(rest)")
        if let fault = state.faults[request.method] { return fault }
        if request.method == "PUT" {
            let version = (state.objects[path]?.version ?? 0) + 1
            let key = request.headers.first {
                $0.name.equalsIgnoringASCIICase("x-amz-server-side-encryption-aws-kms-key-id")
            }?.value
            state.objects[path] = StoredObject(body: request.body, version: version, kmsKey: key)
            return HTTPResponse(status: 200, headers: [HTTPField("x-amz-version-id", "v\(version)")])
        }
        guard let object = state.objects[path] else {
            return HTTPResponse(
                status: 404,
                body: Array("<Error><Code>NoSuchKey</Code><Message>no</Message></Error>".utf8)
            )
        }
        return HTTPResponse(
            status: 200,
            headers: [HTTPField("x-amz-version-id", "v\(object.version)")],
            body: object.body
        )
    }
}
