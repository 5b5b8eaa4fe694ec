import CurlTransport
import FoundationEssentials
import Testing

@testable import AWSClient

@Suite("Notices about the instance's end")
struct InstanceNoticesTests {
    private static let spotPath = "/latest/meta-data/spot/instance-action"
    private static let statePath = "/latest/meta-data/autoscaling/target-lifecycle-state"

    private func notices(_ answer: ScriptedExchange.Answer) -> (InstanceNotices, ScriptedExchange) {
        let exchange = ScriptedExchange { request in
            if request.method == "PUT" { return .text("TOKEN") }
            return request.header("x-aws-ec2-metadata-token") == "TOKEN" ? answer : .status(401)
        }
        return (InstanceNotices(metadata: InstanceMetadata(transport: exchange, environment: .fake())), exchange)
    }

    @Test(
        "A spot interruption has its action and time, whichever action it is",
        arguments: ["terminate", "stop", "hibernate", "relocate"]
    )
    func spot(action: String) async throws {
        let (notices, exchange) = notices(.text(#"{"action": "\#(action)", "time": "2027-01-15T08:02:00Z"}"#))
        let expected = SpotInterruption(
            action: SpotInterruption.Action(rawValue: action),
            time: Date(timeIntervalSince1970: 1_800_000_120)
        )
        #expect(try await notices.spotInterruption() == expected)
        #expect(exchange.requests.map(\.url) == ["http://169.254.169.254/latest/api/token", url(Self.spotPath)])
    }

    @Test(
        "Auto Scaling's state is the word that it answers; four of them end the instance",
        arguments: [
            ("InService", false), ("Standby", false), ("Detached", false), ("Warmed:Running", false), ("New", false),
            ("Terminated", true), ("Terminated\n", true), ("Warmed:Stopped", true), ("Warmed:Hibernated", true),
            ("Warmed:Terminated", true),
        ]
    )
    func lifecycle(word: String, ends: Bool) async throws {
        let (notices, exchange) = notices(.text(word))
        let state = try #require(try await notices.targetLifecycleState())
        #expect(state.rawValue == word.split(separator: "\n")[0])
        #expect(state.endsInstance == ends)
        #expect(exchange.requests.last?.url == url(Self.statePath))
    }

    @Test("The instance's id is one word; without one it is an error")
    func instanceID() async throws {
        let (notices, exchange) = notices(.text("i-0123456789abcdef0\n"))
        #expect(try await notices.instanceID() == "i-0123456789abcdef0")
        #expect(exchange.requests.last?.url == url("/latest/meta-data/instance-id"))
        for answer: ScriptedExchange.Answer in [.status(404), .text("<html> </html>")] {
            let (notices, _) = self.notices(answer)
            let error = try #require(await #expect(throws: AWSError.self) { try await notices.instanceID() })
            #expect(error.code == .malformedAnswer && error.operation == "metadata.InstanceId")
        }
    }

    @Test("404 means that there is none, after one question")
    func none() async throws {
        let (notices, exchange) = notices(.status(404))
        #expect(try await notices.spotInterruption() == nil)
        #expect(try await notices.targetLifecycleState() == nil)
        #expect(exchange.requests.map(\.method) == ["PUT", "GET", "GET"])
    }

    @Test(
        "An answer that is not as documented is an error, not an interruption",
        arguments: [
            "terminate", "{}", #"{"action": "stop"}"#, #"{"time": "2027-01-15T08:02:00Z"}"#,
            #"{"action": "stop", "time": "soon"}"#, #"{"action": "", "time": "2027-01-15T08:02:00Z"}"#,
            #"{"action": null, "time": "2027-01-15T08:02:00Z"}"#, "<html>",
        ]
    )
    func malformed(body: String) async throws {
        let (notices, _) = notices(.text(body))
        let error = try #require(await #expect(throws: AWSError.self) { try await notices.spotInterruption() })
        #expect(error.code == .malformedAnswer && error.operation == "metadata.SpotInstanceAction")
    }

    @Test("A state of several words is an error")
    func malformedState() async throws {
        let (notices, _) = notices(.text("<html>not found</html>\r\n"))
        let error = try #require(await #expect(throws: AWSError.self) { try await notices.targetLifecycleState() })
        #expect(error.code == .malformedAnswer)
    }

    @Test("Where no metadata service is, it is tried twice, and the error says that this is no instance")
    func unreachable() async throws {
        let exchange = ScriptedExchange { _ in .fail(.connectTimeout) }
        let notices = InstanceNotices(metadata: InstanceMetadata(transport: exchange, environment: .fake()))
        let error = try #require(await #expect(throws: AWSError.self) { try await notices.spotInterruption() })
        #expect(exchange.requests.count == 2)
        #expect(error.code == .transport && error.message.contains("no EC2 instance"))
    }

    @Test("It is off where AWS_EC2_METADATA_DISABLED says so")
    func disabled() {
        let exchange = ScriptedExchange { _ in .status(404) }
        for (value, expected) in [("true", true), ("True", true), ("false", false)] {
            let environment = AWSEnvironment.fake(["AWS_EC2_METADATA_DISABLED": value])
            let metadata = InstanceMetadata(transport: exchange, environment: environment)
            #expect(InstanceNotices(metadata: metadata).isDisabled == expected)
        }
    }

    private func url(_ path: String) -> String { "http://169.254.169.254" + path }
}
