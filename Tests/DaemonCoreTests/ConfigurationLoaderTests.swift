import AWSClient
import Glibc
import Logging
import Pipeline
import Stages
import TestSupport
import Testing

@testable import DaemonCore

@Suite struct ConfigurationLoaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `a complete file gives every value`() async throws {
        let configuration = try await load(Self.complete(folder.path))
        #expect(configuration.region == "eu-central-1")
        #expect(configuration.activities[.bakery]?.slots == 3)
        #expect(configuration.activities[.provision]?.arn.hasSuffix(":activity:provision") == true)
        #expect(configuration.activities[.validation] == nil)
        #expect(configuration.endpoints.urls == [.sfn: "http://127.0.0.1:4566"])
        #expect(configuration.stages.packerGrace == .seconds(120))
        #expect(configuration.stages.toolEnvironment == ["PATH": "/usr/bin", "EMPTY": ""])
        #expect(configuration.logLevel == .debug)
    }

    @Test func `the environment overrides the file`() async throws {
        let configuration = try await load(
            Self.complete(folder.path),
            environment: [
                "BUILDERD_ACTIVITIES_BAKERY_SLOTS": "7",
                "BUILDERD_TOOLS_PACKER_GRACE_SECONDS": "9",
                "BUILDERD_LOG_LEVEL": "error",
                "BUILDERD_ACTIVITIES_PRE_PROVISION_ARN": "arn:aws:states:eu-central-1:123456789012:activity:pre",
                "BUILDERD_TEST_ANYTHING": "ignored",
            ]
        )
        #expect(configuration.activities[.bakery]?.slots == 7)
        #expect(configuration.activities[.preProvision]?.slots == 1)
        #expect(configuration.stages.packerGrace == .seconds(9))
        #expect(configuration.logLevel == .error)
    }

    @Test(arguments: [("autoScalingGroup", "lifecycleHook"), ("lifecycleHook", "autoScalingGroup")])
    func `of group and hook of this host both are named or neither`(given: String, missing: String) async throws {
        let text = Self.complete(folder.path)
        #expect(try await load(text).terminationHook == nil)
        let error = try await #require(throws: ConfigurationError.self) {
            try await load(text + "\nhost: {\(given): x}")
        }
        #expect(error.problems.count == 1)
        #expect(error.problems[0].place.hasSuffix("host.\(missing)") && error.problems[0].next.contains(given))
        let hook = try await load(text + "\nhost: {\(given): x, \(missing): y, lifecycleHeartbeatSeconds: 20}")
            .terminationHook
        #expect(hook.map { [$0.group, $0.name].sorted() } == ["x", "y"] && hook?.heartbeat == .seconds(20))
    }

    @Test func `every problem is listed at once with its line`() async throws {
        let text = """
            aws:
              regoin: eu-central-1
              endpoints:
                sfn: http://example.com
            activities:
              bakery:
                arn: arn:aws:states:eu-central-1:1234:activity:bakery
                slots: 65
            log:
              level: loud
            extra: 1
            """
        let error = try await #require(throws: ConfigurationError.self) { try await load(text) }
        let places = error.problems.map(\.place).joined(separator: "\n")
        for name in [
            ":2: aws.regoin", ":11: extra", "aws.endpoints.sfn", "activities.bakery.arn", "activities.bakery.slots",
            "log.level",
            "storage.kmsKey", "paths.catalogue",
        ] {
            #expect(places.contains(name), "\(name) is missing in \(places)")
        }
        #expect(error.problems.allSatisfy { !$0.found.isEmpty && !$0.allowed.isEmpty && !$0.next.isEmpty })
    }

    @Test(arguments: [
        ("a: [", "not YAML"), ("- a", "a list"), ("aws: 3", "“3”"), ("aws:\n  region: [a]", "a list"),
        ("aws:\n  region: a\n  region: b", "not YAML"), ("aws:\n  endpoints: [x]", "a list"),
        ("tools:\n  environment: [A=B]", "a list"), ("tools:\n  environment: {1A: x}", "x"),
    ])
    func `a file of the wrong shape is refused with what was found`(text: String, found: String) async throws {
        let error = try await #require(throws: ConfigurationError.self) { try await load(text) }
        #expect("\(error)".contains(found), "\(error)")
    }

    @Test func `a file that is not there, a folder and bytes that are not text are refused`() async throws {
        for path in [folder.path + "/none.yaml", folder.path] {
            let loader = ConfigurationLoader(file: path, environment: [:])
            let error = try await #require(throws: ConfigurationError.self) { try await loader.load() }
            #expect(error.problems.count == 1)
        }
    }

    @Test func `an unknown variable is refused`() async throws {
        let error = try await #require(throws: ConfigurationError.self) {
            try await load(Self.complete(folder.path), environment: ["BUILDERD_AWS_REGOIN": "x"])
        }
        #expect(error.problems.map(\.place) == ["BUILDERD_AWS_REGOIN"])
    }

    @Test func `an activity of another region is refused`() async throws {
        let error = try await #require(throws: ConfigurationError.self) {
            try await load(Self.complete(folder.path), environment: ["BUILDERD_AWS_REGION": "us-east-1"])
        }
        #expect(error.problems.count == 2)
        #expect("\(error)".contains("eu-central-1"))
    }

    @Test func `no enabled stage is refused`() async throws {
        let error = try await #require(throws: ConfigurationError.self) {
            try await load("aws: {region: eu-central-1}")
        }
        #expect("\(error)".contains("no stage with an arn"))
    }

    @Test func `a folder of rules that is named must be there, the usual one need not`() async throws {
        let activities =
            "activities:\n  preProvision:\n    arn: arn:aws:states:eu-central-1:123456789012:activity:pre\n"
        let base = Self.complete(folder.path).replacing("activities:\n", with: activities)
        #expect(try await load(base).stages.rulesDirectory == "/etc/builderd/rules")
        let named = base.replacing("paths:\n", with: "paths:\n  rules: \(folder.path)/absent\n")
        let error = try await #require(throws: ConfigurationError.self) { try await load(named) }
        #expect(error.problems.count == 1 && "\(error)".contains("paths.rules"))
    }

    @Test func `an enabled stage must have what it needs`() async throws {
        let text = """
            aws: {region: eu-central-1}
            activities: {provision: {arn: "arn:aws:states:eu-central-1:123456789012:activity:p"}}
            """
        let error = try await #require(throws: ConfigurationError.self) { try await load(text) }
        let rendered = "\(error)"
        #expect(rendered.contains("storage.stateBucket"))
        #expect(rendered.contains("storage.kmsKey"))
        #expect(rendered.contains("storage.inventoryTable"))
        #expect(!rendered.contains("storage.artifactsBucket"))
    }

    @Test(arguments: [
        ("tools: {bogus: 1}", "tools.bogus"), ("worker: {name: a b}", "worker.name"),
        ("tools: {environment: {AWS_SECRET_ACCESS_KEY: x}}", "tools.environment.AWS_SECRET_ACCESS_KEY"),
        ("paths: {state: /var/lib/x, work: /var/lib/x}", "paths.work"), ("storage: {kmsKey: a b}", "storage.kmsKey"),
        ("aws: {profile: x, endpoints: {sfn: \"http://user@127.0.0.1\"}}", "aws.endpoints.sfn"),
    ])
    func `a value that AWS or the host would refuse later is refused now`(text: String, place: String) async throws {
        let error = try await #require(throws: ConfigurationError.self) { try await load(text) }
        #expect(error.problems.contains { $0.place.hasSuffix(place) }, "\(error)")
    }

    @Test func `an enabled stage's tool must be on the host`() async throws {
        let text = Self.complete(folder.path).replacing("path: /bin/sh", with: "path: /no/such/packer")
        let error = try await #require(throws: ConfigurationError.self) { try await load(text) }
        #expect(error.problems.map(\.place).contains { $0.hasSuffix("tools.packer.path") })
        #expect("\(error)".contains("install Packer"))
    }

    @Test(arguments: ["health", "control"])
    func `a socket's group has to be one of this machine`(purpose: String) async throws {
        let text = Self.complete(folder.path) + "\n\(purpose): {group: no-such-group}\n"
        let error = try await #require(throws: ConfigurationError.self) { try await load(text) }
        let problem = try #require(error.problems.first)
        #expect(error.problems.count == 1 && problem.place.hasSuffix("\(purpose).group"))
        #expect(problem.found.contains("no-such-group") && problem.next.contains("groupadd --system no-such-group"))
    }

    @Test(arguments: ["health", "control"])
    func `a socket's group has to be one of its owner's, whoever checks`(purpose: String) async throws {
        let file = try folder.write(
            "builderd.yaml",
            Self.complete(folder.path) + "\n\(purpose): {group: games}\n"
        )
        func check(_ groups: Set<UInt32>?) async throws {
            let owner = SocketOwner(name: "worker", groups: groups)
            _ = try await ConfigurationLoader(file: file, environment: [:], owner: { owner }).load()
        }
        try await check(nil)
        try await check([1, 60])
        let error = try await #require(throws: ConfigurationError.self) { try await check([1]) }
        let problem = try #require(error.problems.first)
        #expect(error.problems.count == 1 && !error.isRetryable)
        #expect(problem.found == "games, which user worker is not in")
        #expect(problem.next.contains("usermod --append --groups games worker"))
    }

    @Test func `groups that cannot be looked up are a problem that may pass, unless there is another`() async throws {
        for (text, isRetryable) in [
            ("control: {group: operators}", true), ("control: {group: operators}\nhost: {x: y}", false),
        ] {
            let file = try folder.write("builderd.yaml", Self.complete(folder.path) + "\n\(text)\n")
            let loader = ConfigurationLoader(file: file, environment: [:], owner: { .process }) { _, _ in (EIO, nil) }
            let error = try await #require(throws: ConfigurationError.self) { try await loader.load() }
            #expect(error.isRetryable == isRetryable, "\(error)")
            #expect("\(error)".contains("the group operators cannot be looked up: Input/output error"), "\(error)")
        }
    }

    @Test func `every key of the table has its own variable`() {
        let variables = ConfigurationKey.all.map(\.variable)
        #expect(Set(variables).count == variables.count)
        #expect(variables.contains("BUILDERD_ACTIVITIES_PRE_PROVISION_ARN"))
        #expect(variables.contains("BUILDERD_STORAGE_KMS_KEY"))
    }

    private func load(_ text: String, environment: [String: String] = [:]) async throws -> DaemonConfiguration {
        let file = try folder.write("builderd.yaml", text)
        return try await ConfigurationLoader(file: file, environment: environment).load()
    }

    static func complete(_ folder: String) -> String {
        """
        aws:
          region: eu-central-1
          endpoints:
            sfn: http://127.0.0.1:4566
        activities:
          bakery:
            arn: arn:aws:states:eu-central-1:123456789012:activity:bakery
            slots: 3
          provision:
            arn: arn:aws:states:eu-central-1:123456789012:activity:provision
          validation:
            arn:
        paths:
          catalogue: \(folder)
          environments: \(folder)
        storage:
          kmsKey: alias/builderd
          artifactsBucket: artifacts
          stateBucket: state
          inventoryTable: inventory
        tools:
          packer:
            path: /bin/sh
            graceSeconds: 120
          terraform:
            path: sh
          environment:
            PATH: /usr/bin
            EMPTY: ""
        log:
          level: debug
        """
    }
}
