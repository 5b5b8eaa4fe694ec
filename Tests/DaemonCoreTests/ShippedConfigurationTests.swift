import AWSClient
import DaemonCore
import FoundationEssentials
import Glibc
import Stages
import TestSupport
import Testing

/// The key table, `Config/builderd.yaml` and what the loader does with a key are held to each other, so that none is forgotten.
@Suite struct ShippedConfigurationTests {
    /// One line of the shipped file that has a key.
    private struct Entry {
        var name: String
        var value: String
        /// Whether a comment stands right above it.
        var isCommented: Bool
    }

    private static let shipped =
        URL(filePath: #filePath).resolvingSymlinksInPath().path
        .components("/Tests/")[0] + "/Config/builderd.yaml"

    private let text: String
    private let entries: [Entry]
    /// Comments of each top-level section, with those above it.
    private let comments: [String: String]

    init() throws {
        text = try String(contentsOfFile: Self.shipped, encoding: .utf8)
        var entries: [Entry] = []
        var comments: [String: String] = [:]
        var path: [String] = []
        var pending = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let body = line.drop { $0 == " " }
            if body.hasPrefix("#") {
                pending += body + "\n"
            } else if let colon = body.firstIndex(of: ":") {
                let depth = (line.count - body.count) / 2
                path = path.prefix(depth) + [String(body[..<colon])]
                let value = String(body[body.index(after: colon)...].drop { $0 == " " })
                entries.append(Entry(name: path.joined(separator: "."), value: value, isCommented: !pending.isEmpty))
                comments[path[0], default: ""] += pending
                pending = ""
            } else {
                pending = ""
            }
        }
        (self.entries, self.comments) = (entries, comments)
    }

    @Test func `the shipped file has every key of the table, in its order, and no other`() {
        let tops = Set(
            ConfigurationKey.all.flatMap { key in (1..<key.path.count).map { key.path.prefix($0).joined(".") } }
        )
        #expect(entries.map(\.name).filter { !tops.contains($0) } == ConfigurationKey.all.map(\.name))
    }

    @Test func `every key stands there with its default`() {
        for key in ConfigurationKey.all {
            let entry = entries.first { $0.name == key.name }
            #expect(entry?.value == key.defaultValue ?? "", "\(key.name)")
        }
    }

    @Test func `every key is explained: above itself, above its group, or by name in its section`() {
        let commented = Set(entries.filter(\.isCommented).map(\.name))
        for key in ConfigurationKey.all {
            let places = (1...key.path.count).map { key.path.prefix($0).joined(".") }
            let isNamed = comments[key.path[0]]?.contains("`\(key.path.last ?? "")`") ?? false
            #expect(
                isNamed || places.dropFirst(key.path.count > 2 ? 0 : 1).contains(where: commented.contains),
                "\(key.name)"
            )
        }
    }

    @Test func `the shipped file says nothing but that no stage is on`() async throws {
        let error = try await #require(throws: ConfigurationError.self) {
            try await ConfigurationLoader(file: Self.shipped, environment: [:]).load()
        }
        #expect(error.problems.count == 1)
        #expect("\(error)".contains("no stage with an arn"))
    }

    @Test(arguments: ConfigurationKey.all.map(\.name))
    func `every key changes the configuration, by file and by variable`(name: String) async throws {
        let key = try #require(ConfigurationKey.all.first { $0.name == name })
        let folder = try TemporaryFolder()
        for file in ["one", "two"] { try folder.write(file, "[profile p]\n") }
        var base: [String: String] = [
            "tools.credentials.source": "profile", "tools.credentials.profile": "p",
            "tools.credentials.file": folder.path + "/one", "paths.catalogue": folder.path,
            "paths.environments": folder.path + "/.", "storage.kmsKey": "key", "storage.artifactsBucket": "artifacts",
            "storage.stateBucket": "state", "storage.inventoryTable": "table", "tools.packer.path": "/bin/sh",
            "tools.terraform.path": "/bin/sh", "tools.auditor.path": "/bin/sh",
            "host.autoScalingGroup": "group", "host.lifecycleHook": "hook",
        ]
        for stage in ConfigurationKey.stageNames {
            base["activities.\(stage).arn"] = "arn:aws:states:eu-central-1:123456789012:activity:\(stage)"
        }
        let before = try await load(base, in: folder)
        let other = other(than: base[name], for: key, folder: folder.path)
        if key.kind == .environment {
            let text = document(base).replacing("tools:\n", with: "tools:\n  environment: {X: y}\n")
            let file = try folder.write("builderd.yaml", text)
            let after = try await ConfigurationLoader(file: file, environment: [:]).load()
            #expect(after.stages.toolEnvironment == ["X": "y"])
            return
        }
        do {
            let byFile = try await load(base.merging([name: other]) { $1 }, in: folder)
            let byVariable = try await load(base, in: folder, environment: [key.variable: other])
            #expect(byFile != before, "\(name)")
            #expect(byVariable == byFile, "\(name)")
        } catch let error as ConfigurationError where name == "aws.region" {
            // Another region than the activities' is an effect too.
            #expect("\(error)".contains(other))
        }
    }

    /// A value that `key` takes and that is not `value`.
    private func other(than value: String?, for key: ConfigurationKey, folder: String) -> String {
        if key.name == "aws.region" { return "us-east-1" }
        // A group that this process is in, by its number.
        if key.path.last == "group" { return String(getegid()) }
        if key.name.hasPrefix("tools."), key.path.last == "path" { return "/bin/cat" }
        return switch key.kind {
        case .bool: "true"
        case .integer: "7"
        case .oneOf(let words): words.first { $0 != value ?? key.defaultValue } ?? ""
        case .url: "http://127.0.0.1:9"
        case .path: key.name.hasPrefix("paths.") ? folder + "/./" : folder + "/two"
        case .activityARN: "arn:aws:states:eu-central-1:123456789012:activity:another"
        case .stateMachineARN: "arn:aws:states:eu-central-1:123456789012:stateMachine:another"
        default: "another"
        }
    }

    /// What the daemon would have, as text that differs where a value does.
    private func load(_ values: [String: String], in folder: TemporaryFolder, environment: [String: String] = [:])
        async throws -> String
    {
        let file = try folder.write("builderd.yaml", document(values))
        let loaded = try await ConfigurationLoader(file: file, environment: environment).load()
        // Dictionaries print in no order.
        let endpoints = loaded.endpoints.urls.map { "\($0.key) \($0.value)" }.sorted()
        let activities = loaded.activities.map { "\($0.key) \($0.value)" }.sorted()
        var plain = loaded
        plain.endpoints.urls = [:]
        plain.activities = [:]
        // What was read, which differs in any case: it is what comes of it that counts here.
        plain.texts = [:]
        return "\(plain) \(endpoints) \(activities)"
    }

    /// The values as one YAML document.
    private func document(_ values: [String: String]) -> String {
        func write(_ entries: [(path: ArraySlice<String>, value: String)], _ indent: String) -> String {
            var text = ""
            for (top, inner) in Dictionary(grouping: entries, by: { $0.path.first ?? "" }).sorted(by: {
                $0.key < $1.key
            }) {
                if let leaf = inner.first, leaf.path.count == 1 {
                    text += "\(indent)\(top): \"\(leaf.value)\"\n"
                } else {
                    text += "\(indent)\(top):\n" + write(inner.map { ($0.path.dropFirst(), $0.value) }, indent + "  ")
                }
            }
            return text
        }
        return write(values.map { ($0.key.split(separator: ".").map(String.init)[...], $0.value) }, "")
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] { split(separator: separator).map(String.init) }
}

extension Sequence where Element == String {
    fileprivate func joined(_ separator: String) -> String { joined(separator: separator) }
}
