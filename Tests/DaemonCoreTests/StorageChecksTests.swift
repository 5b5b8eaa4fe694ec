import AWSClient
import CurlTransport
import Foundation
import Logging
import TestSupport
import Testing

@testable import DaemonCore

@Suite struct StorageChecksTests {
    /// KMS as a table: an operation's answer, else a refusal for want of permission. Everything else is refused too.
    private struct KeyService: HTTPExchanging {
        var answers: [String: String]

        func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            let target = request.headers.first { $0.name.lowercased() == "x-amz-target" }?.value ?? ""
            let operation = String(target.split(separator: ".").last ?? "")
            let refusal =
                #"{"__type":"AccessDeniedException","message":"not authorized to perform: kms:\#(operation)"}"#
            let answer = answers[operation]
            return HTTPResponse(
                status: answer == nil ? 400 : 200,
                headers: [HTTPField("Content-Type", "application/x-amz-json-1.1")],
                body: Array((answer ?? refusal).utf8)
            )
        }
    }

    private static let key = """
        {"KeyMetadata": {"KeyId": "k1", "Arn": "arn:aws:kms:eu-central-1:123456789012:key/k1", "AWSAccountId": "123456789012",
         "Enabled": true, "KeyState": "Enabled", "KeyManager": "CUSTOMER", "KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT"}}
        """
    private static let dataKey = #"{"CiphertextBlob": "AAAA", "KeyId": "k1"}"#

    /// The findings about the key, on a host with an environment of these accounts.
    private func findings(_ answers: [String: String], accounts: [String] = []) async throws -> [String: Finding] {
        let folder = try TemporaryFolder()
        let list = accounts.map { "\"\($0)\": {}" }.joined(separator: ", ")
        try folder.write(
            "environments/demo.yaml",
            "apiVersion: builderd/v1\nenvironment: demo\naccounts: {\"123456789012\": {}\(list.isEmpty ? "" : ", " + list)}\n"
        )
        let text = ConfigurationLoaderTests.complete(folder.path).replacing(
            "environments: \(folder.path)",
            with: "environments: \(folder.path)/environments"
        )
        let file = try folder.write("builderd.yaml", text)
        let aws = AWSConfiguration(
            transport: KeyService(answers: answers),
            credentials: StaticCredentials(
                Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "s", source: "test")
            ),
            region: "eu-central-1",
            endpoints: EndpointResolver(everyService: "http://127.0.0.1:9"),
            userAgent: "test",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let configuration = try await ConfigurationLoader(file: file, environment: [:]).load()
        let all = await StorageChecks(aws: aws, configuration: configuration, writes: false).findings()
        return Dictionary(all.map { ($0.check, $0) }) { $1 }
    }

    @Test func `a key is well when it gives a data key and no other account needs it`() async throws {
        let found = try await findings(["DescribeKey": Self.key, "GenerateDataKeyWithoutPlaintext": Self.dataKey])
        #expect(found["kms key"]?.level == .ok, "\(found)")
        #expect(found["kms key sharing"]?.level == .ok, "\(found)")
    }

    @Test func `a key that may be described and not used is a failure that names the permission`() async throws {
        let found = try await findings(["DescribeKey": Self.key])
        #expect(found["kms key"]?.level == .failure, "\(found)")
        #expect(found["kms key"]?.fix?.contains("kms:GenerateDataKey") == true)
    }

    @Test func `a policy that may not be read is no failure, and is not taken for one that is well`() async throws {
        let answers = ["DescribeKey": Self.key, "GenerateDataKeyWithoutPlaintext": Self.dataKey]
        let found = try await findings(answers, accounts: ["222222222222"])["kms key sharing"]
        #expect(
            found?.level == .warning && found?.fix?.contains("kms:GetKeyPolicy") == true,
            "\(String(describing: found))"
        )
    }

    @Test(arguments: [("222222222222", Finding.Level.ok), ("333333333333", .warning)])
    func `the policy has to name every other account of the environments`(account: String, level: Finding.Level)
        async throws
    {
        let policy = #"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "kms:*"}]}"#
        let answer = String(decoding: try JSONEncoder().encode(["Policy": policy]), as: UTF8.self)
        let answers = [
            "DescribeKey": Self.key, "GenerateDataKeyWithoutPlaintext": Self.dataKey, "GetKeyPolicy": answer,
        ]
        let found = try await findings(answers, accounts: [account])["kms key sharing"]
        #expect(found?.level == level && found?.message.contains(account) == true, "\(String(describing: found))")
    }

    @Test func `an environment that cannot be read is said, not skipped`() async throws {
        let found = try await findings(
            ["DescribeKey": Self.key, "GenerateDataKeyWithoutPlaintext": Self.dataKey],
            accounts: ["no account"]
        )["kms key sharing"]
        #expect(found?.level == .warning && found?.message.contains("environment demo") == true)
    }
}
