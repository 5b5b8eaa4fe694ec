import AWSClient
import CurlTransport
import FoundationEssentials
import Pipeline
import Stages
import Synchronization

/// The AWS services behind the transport, as far as Bakery to Post Provision use them: images and snapshots, parameters, objects,
/// log groups and items in memory, and any call answered with a fault. Smoke tests' plain requests get `page`.
final class ScriptedCloud: HTTPExchanging {
    struct Image: Sendable, Hashable {
        var name: String
        var state = "available"
        var reason: String?
        var snapshot: String
        var tags: [String: String] = [:]
        /// The token of the call that copied it: the same call again makes no other.
        var token: String?
        var launchers: [String] = []
    }

    struct Snapshot: Sendable, Hashable {
        var encrypted: Bool
        var key: String?
        var description = ""
        var sharedWith: [String] = []
        var tags: [String: String] = [:]
    }

    struct State: Sendable {
        var account = "000000000000"
        var images: [String: Image] = [:]
        var snapshots: [String: Snapshot] = [:]
        /// What builds run with.
        var instances: [String: Instance] = [:]
        var keyPairs: Set<String> = []
        var groups: [String: Group] = [:]
        var parameters: [String: String] = [:]
        var objects: [String: [UInt8]] = [:]
        var objectKeys: [String: String] = [:]
        var logGroups: [String: [String: String]] = [:]
        var items: [String: [String: AttributeValue]] = [:]
        /// Most items that a page of a query looks at.
        var queryPage = 100
        var page = HTTPResponse(status: 200, body: Array("hello".utf8))
        /// Operation names in order, with what they are about.
        var calls: [String] = []
        /// Answers instead of the real ones, by operation.
        var faults: [String: HTTPResponse] = [:]
        /// Whether `If-Match` of a deletion is understood; some emulators refuse it.
        var comparesEntityTags = true
        /// Whether a copy is encrypted, and what state it is in.
        var copyIsEncrypted = true
        var copyState = "available"
        var copyReason: String?
    }

    static let key = "arn:aws:kms:eu-central-1:000000000000:key/11111111-2222-3333-4444-555555555555"

    private let state = Mutex(State())

    var now: State { state.withLock { $0 } }
    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    var aws: AWSConfiguration { .forTest(over: self) }

    func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        state.withLock { state in
            let target = request.headers.first { $0.name.equalsIgnoringASCIICase("X-Amz-Target") }?.value
            let operation = target?.split(separator: ".").last.map(String.init)
            if let operation { return json(operation, request, &state) }
            let form = Self.form(request.body)
            if let action = form["Action"] { return query(action, form, &state) }
            let isSigned = request.headers.contains { $0.name.equalsIgnoringASCIICase("Authorization") }
            return isSigned ? object(request, &state) : state.page
        }
    }

    /// An error as the Query and EC2 protocols write it.
    static func refusal(_ code: String, status: Int = 400) -> HTTPResponse {
        HTTPResponse(
            status: status,
            body: Array(
                "<Response><Errors><Error><Code>\(code)</Code><Message>no</Message></Error></Errors></Response>".utf8
            )
        )
    }

    private func query(_ action: String, _ form: [String: String], _ state: inout State) -> HTTPResponse {
        let subject = form["ImageId"] ?? form["SnapshotId"] ?? form["SourceImageId"] ?? form["ResourceId.1"] ?? ""
        state.calls.append(subject.isEmpty ? action : "\(action) \(subject)")
        if let fault = state.faults[action] { return fault }
        switch action {
        case "GetCallerIdentity":
            return Self.xml(
                action,
                "<GetCallerIdentityResult><Account>\(state.account)</Account><Arn>a</Arn><UserId>u</UserId></GetCallerIdentityResult>"
            )
        case "DescribeImages": return describeImages(form, state)
        case "DescribeSnapshots":
            return describeSnapshots(form, state)
        case "CopyImage":
            if let made = state.images.first(where: { $0.value.token == form["ClientToken"] }) {
                return Self.xml(action, "<imageId>\(made.key)</imageId>")
            }
            let id = "ami-c0000000\(state.images.count)"
            state.snapshots["snap-\(id)"] = Snapshot(encrypted: state.copyIsEncrypted, key: form["KmsKeyId"])
            state.images[id] = Image(
                name: form["Name"] ?? "",
                state: state.copyState,
                reason: state.copyReason,
                snapshot: "snap-\(id)",
                token: form["ClientToken"]
            )
            return Self.xml(action, "<imageId>\(id)</imageId>")
        case "DeregisterImage": state.images[form["ImageId"] ?? ""] = nil
        case "DeleteSnapshot": state.snapshots[form["SnapshotId"] ?? ""] = nil
        case "ModifyImageAttribute":
            let account = form["LaunchPermission.Add.1.UserId"] ?? ""
            if state.images[form["ImageId"] ?? ""]?.launchers.contains(account) == false {
                state.images[form["ImageId"] ?? ""]?.launchers.append(account)
            }
        case "ModifySnapshotAttribute":
            let account = form["CreateVolumePermission.Add.1.UserId"] ?? ""
            if state.snapshots[form["SnapshotId"] ?? ""]?.sharedWith.contains(account) == false {
                state.snapshots[form["SnapshotId"] ?? ""]?.sharedWith.append(account)
            }
        case "CreateTags":
            for id in Self.list("ResourceId", form) {
                for (key, value) in Self.tags(form) {
                    state.images[id]?.tags[key] = value
                    state.snapshots[id]?.tags[key] = value
                }
            }
        default: return Self.build(action, form, &state)
        }
        return Self.xml(action, "<return>true</return>")
    }

    private func describeSnapshots(_ form: [String: String], _ state: State) -> HTTPResponse {
        let ids = Self.list("SnapshotId", form)
        let found = state.snapshots.filter { id, snapshot in
            if !ids.isEmpty { return ids.contains(id) }
            return Self.matches(form, tags: snapshot.tags, ["description": snapshot.description])
        }
        let items = found.sorted { $0.key < $1.key }.map { id, snapshot in
            "<item><snapshotId>\(id)</snapshotId><status>completed</status><encrypted>\(snapshot.encrypted)</encrypted>"
                + "<description>\(snapshot.description)</description>\(Self.tagSet(snapshot.tags))"
                + (snapshot.key.map { "<kmsKeyId>\($0)</kmsKeyId>" } ?? "") + "</item>"
        }
        return Self.xml("DescribeSnapshots", "<snapshotSet>\(items.joined())</snapshotSet>")
    }

    private func describeImages(_ form: [String: String], _ state: State) -> HTTPResponse {
        let ids = Self.list("ImageId", form)
        guard ids.allSatisfy({ state.images[$0] != nil }) else { return Self.refusal("InvalidAMIID.NotFound") }
        let found = state.images.filter { id, image in
            if !ids.isEmpty { return ids.contains(id) }
            return Self.matches(form, tags: image.tags, ["name": image.name])
        }
        let items = found.sorted { $0.key < $1.key }.map { id, image in
            let snapshot = state.snapshots[image.snapshot]
            return """
                <item><imageId>\(id)</imageId><name>\(image.name)</name><imageState>\(image.state)</imageState>
                <stateReason><message>\(image.reason ?? "")</message></stateReason>\(Self.tagSet(image.tags))
                <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><snapshotId>\(image.snapshot)</snapshotId>
                <encrypted>\(snapshot?.encrypted ?? false)</encrypted></ebs></item></blockDeviceMapping></item>
                """
        }
        return Self.xml("DescribeImages", "<imagesSet>\(items.joined())</imagesSet>")
    }

    private struct Names: Decodable {
        var Name: String?
        var KeyId: String?
        var logGroupName: String?
        var logGroupNamePrefix: String?
        var kmsKeyId: String?
        var retentionInDays: Int?
        var Item: [String: AttributeValue]?
        var Key: [String: AttributeValue]?
        var ExclusiveStartKey: [String: AttributeValue]?
        var ConsistentRead: Bool?
        var ExpressionAttributeValues: [String: AttributeValue]?
    }

    private func json(_ operation: String, _ request: HTTPRequest, _ state: inout State) -> HTTPResponse {
        let asked = (try? JSONDecoder().decode(Names.self, from: Data(request.body))) ?? Names()
        state.calls.append([operation, asked.Name ?? asked.logGroupName].compactMap { $0 }.joined(separator: " "))
        if let fault = state.faults[operation] { return fault }
        let group = asked.logGroupName ?? ""
        switch operation {
        case "DescribeKey": return .awsJSON("{\"KeyMetadata\":{\"KeyId\":\"k\",\"Arn\":\"\(Self.key)\"}}")
        case "GetParameter":
            let name = String((asked.Name ?? "").prefix { $0 != ":" })
            // A test that has several versions puts them under `name:version`.
            guard let value = state.parameters[asked.Name ?? ""] ?? state.parameters[name] else {
                return .awsError("ParameterNotFound")
            }
            return .parameter(name, value: value)
        case "CreateLogGroup":
            guard state.logGroups[group] == nil else {
                return .awsError("ResourceAlreadyExistsException")
            }
            state.logGroups[group] = ["key": asked.kmsKeyId ?? ""]
        case "AssociateKmsKey": state.logGroups[group]?["key"] = asked.kmsKeyId
        case "PutRetentionPolicy": state.logGroups[group]?["days"] = asked.retentionInDays.map { "\($0)" }
        case "DescribeLogGroups":
            let groups = state.logGroups.filter { $0.key.hasPrefix(asked.logGroupNamePrefix ?? "") }.map {
                name,
                values in
                "{\"logGroupName\":\"\(name)\",\"retentionInDays\":\(values["days"] ?? "1"),\"kmsKeyId\":\"\(values["key"] ?? "")\"}"
            }
            return .awsJSON("{\"logGroups\":[\(groups.joined(separator: ","))]}")
        case "PutItem":
            let key = Self.itemKey(asked.Item)
            guard state.items[key] == nil else {
                return .awsError("ConditionalCheckFailedException")
            }
            state.items[key] = asked.Item
        case "GetItem":
            guard let item = state.items[Self.itemKey(asked.Key)], let data = try? JSONEncoder().encode(["Item": item])
            else {
                break
            }
            return .awsJSON(String(decoding: data, as: UTF8.self))
        case "Query": return query(asked, state)
        case "UpdateItem":
            // The one update there is: a mark that stays.
            let key = Self.itemKey(asked.Key)
            guard state.items[key] != nil else {
                return .awsError("ConditionalCheckFailedException")
            }
            if state.items[key]?["rolledBack"] == nil {
                state.items[key]?["rolledBack"] = asked.ExpressionAttributeValues?[":time"]
            }
        default: return .awsError("UnknownOperationException")
        }
        return .awsJSON("{}")
    }

    private struct Page: Encodable {
        var Items: [[String: AttributeValue]]
        var LastEvaluatedKey: [String: AttributeValue]?
    }

    /// A page is filled before it is filtered, as the service does it.
    private func query(_ asked: Names, _ state: State) -> HTTPResponse {
        guard asked.ConsistentRead == true else {
            return .awsError("ValidationException")
        }
        let values = asked.ExpressionAttributeValues ?? [:]
        let after = asked.ExclusiveStartKey.map { Self.itemKey($0) } ?? ""
        let all = state.items.filter { $0.value["pk"] == values[":pk"] && $0.key > after }.sorted { $0.key < $1.key }
        let looked = all.prefix(state.queryPage).map(\.value)
        let page = Page(
            Items: looked.filter { $0["environment"] == values[":environment"] },
            LastEvaluatedKey: looked.count < all.count ? looked.last?.filter { ["pk", "sk"].contains($0.key) } : nil
        )
        return .awsJSON((try? JSONEncoder().encode(page)).map { String(decoding: $0, as: UTF8.self) } ?? "{}")
    }

    private static func itemKey(_ item: [String: AttributeValue]?) -> String {
        (item?["pk"]?.stringValue ?? "") + " " + (item?["sk"]?.stringValue ?? "")
    }

    private func object(_ request: HTTPRequest, _ state: inout State) -> HTTPResponse {
        let path = String(request.url.dropFirst("http://127.0.0.1:9/".count))
        state.calls.append("\(request.method) \(path)")
        if let fault = state.faults[request.method] { return fault }
        switch request.method {
        case "GET":
            guard let body = state.objects[path] else { return HTTPResponse(status: 404) }
            return HTTPResponse(status: 200, headers: [HTTPField("ETag", "\"\(body.hashValue)\"")], body: body)
        case "DELETE":
            let meant = request.headers.first { $0.name == "If-Match" }?.value
            if meant != nil, !state.comparesEntityTags { return Self.refusal("NotImplemented", status: 501) }
            if let meant, let body = state.objects[path], meant != "\"\(body.hashValue)\"" {
                return Self.refusal("PreconditionFailed", status: 412)
            }
            state.objects[path] = nil
            return HTTPResponse(status: 204)
        default: break
        }
        state.objects[path] = request.body
        state.objectKeys[path] =
            request.headers.first { $0.name == "x-amz-server-side-encryption-aws-kms-key-id" }?.value
        return HTTPResponse(status: 200, headers: [HTTPField("x-amz-version-id", "v1")])
    }

    static func xml(_ action: String, _ body: String) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            body: Array("<\(action)Response><requestId>r</requestId>\(body)</\(action)Response>".utf8)
        )
    }

    private static func form(_ body: [UInt8]) -> [String: String] {
        var form: [String: String] = [:]
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if halves.count == 2 { form[decoded(halves[0])] = decoded(halves[1]) }
        }
        return form
    }

    /// `text` without percent-encoding; what stands for no byte is left.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func list(_ name: String, _ form: [String: String]) -> [String] {
        (1...50).prefix { form["\(name).\($0)"] != nil }.compactMap { form["\(name).\($0)"] }
    }

    private static func tags(_ form: [String: String]) -> [(String, String)] {
        (1...50).compactMap { index in form["Tag.\(index).Key"].map { ($0, form["Tag.\(index).Value"] ?? "") } }
    }
}
