import FoundationEssentials
import TestSupport
import Testing

@testable import AWSClient

/// Our signatures beside botocore's (`Tests/Python/sign_requests.py`).
@Suite struct BotocoreSigningTests {
    private static let count = 1200

    @Test(
        "generated requests are signed as botocore signs them",
        .enabled(if: RepositoryPath.python != nil, "BUILDERD_TEST_PYTHON is not set: run Tests/run")
    )
    func sameAsBotocore() async throws {
        var random = SeededGenerator(seed: 20_150_830)
        let cases = (0..<Self.count).map { _ in SigningCase.generated(&random) }
        let encoder = JSONEncoder()
        let lines = try cases.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
        let folder = try TemporaryFolder()
        let file = try folder.write("cases", lines.joined())
        let output = try await RepositoryPath.runPython("sign_requests.py", [file])
        let answers = try output.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(SigningCase.Answer.self, from: Data($0))
        }
        try #require(answers.count == cases.count)
        var tallies: [String: Int] = [:]
        for (one, answer) in zip(cases, answers) {
            let signed = try one.signed
            let ours = String(decoding: signed.canonicalRequest, as: UTF8.self)
            try #require(ours == answer.canonicalRequest, "\(one)")
            try #require(String(decoding: signed.stringToSign, as: UTF8.self) == answer.stringToSign, "\(one)")
            try #require(signed.signature == answer.signature, "\(one)")
            tallies["\(one.service == "s3" ? "s3" : "other")-\(one.form)", default: 0] += 1
        }
        #expect(tallies.count == 4 && tallies.values.allSatisfy { $0 >= 100 }, "\(tallies)")
        print("figure: signing.botocore-cases = \(cases.count)")
    }
}
