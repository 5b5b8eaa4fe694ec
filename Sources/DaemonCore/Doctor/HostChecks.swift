import AWSClient
import FoundationEssentials
import Glibc
import Pipeline
import Stages
import ToolSupervisor

/// The host itself: tools, room on the disks, the state folder.
struct HostChecks: Sendable {
    /// Under this many free bytes something will fail soon.
    static let littleRoom: UInt64 = 1 << 30
    /// How long a tool may take to say its version.
    static let versionLimit = Duration.seconds(30)

    let configuration: DaemonConfiguration
    let environment: [String: String]

    func findings() async -> [Finding] {
        var findings: [Finding] = []
        let settings = configuration.stages
        let tools: [(name: String, path: String, stage: Stage)] = [
            ("packer", settings.packer, .bakery), ("terraform", settings.terraform, .provision),
            ("auditor", settings.auditor, .validation),
        ]
        for tool in tools where configuration.activities[tool.stage] != nil {
            findings.append(await version(of: tool.name, at: tool.path))
        }
        findings.append(room("disk state", configuration.stateDirectory, key: "paths.state"))
        findings.append(room("disk work", configuration.workDirectory, key: "paths.work"))
        if let memory = WorkspaceMemory.finding(of: configuration.workDirectory) { findings.append(memory) }
        findings.append(journal())
        return findings
    }

    private func version(of name: String, at path: String) async -> Finding {
        let check = "tool \(name)"
        let searchPath = configuration.stages.toolEnvironment["PATH"] ?? environment["PATH"] ?? ToolSearchPath.fallback
        do {
            let program = try ExecutableLookup.find(path, path: searchPath)
            var variables = configuration.stages.toolEnvironment
            variables["PATH"] = searchPath
            variables["CHECKPOINT_DISABLE"] = "1"
            variables["CHEF_LICENSE"] = "accept-no-persist"
            let ended = try await HelperProgram(
                arguments: [program, "version"],
                variables: variables,
                limit: Self.versionLimit,
                outputBytes: 64 * 1024
            ).run()
            let lines = String(decoding: ended.standardOutput, as: UTF8.self).split(separator: "\n")
            let first = lines.first { !$0.allSatisfy(\.isWhitespace) }.map(String.init)
            if ended.status == 0, let first { return .ok(check, "\(first.prefix(80)) at \(program)") }
            let complaint = String(decoding: ended.standardError, as: UTF8.self).split(separator: "\n").first ?? ""
            let said = (first ?? String(complaint)).prefix(200)
            return .failure(
                check,
                "`\(program) version` ended with \(ended.status)" + (said.isEmpty ? " and said nothing" : ": \(said)"),
                fix: "run it by hand, and install it anew or correct tools.\(name).path"
            )
        } catch let error as ToolError {
            return .failure(check, error.message, fix: error.next)
        } catch let error as HelperProgram.Problem {
            return .failure(check, "`\(path) version`: \(error.message)", fix: "run it by hand")
        } catch {
            return .failure(check, "\(error)", fix: "run `\(path) version` by hand")
        }
    }

    private func room(_ check: String, _ path: String, key: String) -> Finding {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else {
            return .warning(
                check,
                "\(path) cannot be looked at: \(Self.text(errno))",
                fix: "it is made at the first start; else correct \(key), or run this as root"
            )
        }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        let message = "\(free / (1 << 20)) MiB free in \(path)"
        if free < UInt64(4 << 20) {
            return .failure(check, message, fix: "make room: no task is claimed while less than 4 MiB are free")
        }
        return free < Self.littleRoom
            ? .warning(check, message, fix: "make room, or a larger file system") : .ok(check, message)
    }

    private func journal() -> Finding {
        let path = configuration.stateDirectory
        var information = stat()
        guard unsafe stat(path, &information) == 0 else {
            return .warning("journal", "there is no \(path) yet", fix: "it is made at builderd's first start")
        }
        if information.st_mode & 0o077 != 0 {
            let mode = String(information.st_mode & 0o777, radix: 8)
            return .failure(
                "journal",
                "\(path) has mode 0\(mode): others may read task tokens",
                fix: "chmod 0700 \(path)"
            )
        }
        guard let quarantined = try? FileManager.default.contentsOfDirectory(atPath: path + "/quarantine") else {
            return .warning(
                "journal",
                "\(path) cannot be read as this user",
                fix: "run this as root or as builderd's user"
            )
        }
        guard quarantined.isEmpty else {
            return .warning(
                "journal",
                "\(quarantined.count) records in \(path)/quarantine could not be read",
                fix: "look at them and at the log of the start that moved them, then remove them"
            )
        }
        return .ok("journal", "\(path) is private, and nothing is in quarantine")
    }

    private static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
