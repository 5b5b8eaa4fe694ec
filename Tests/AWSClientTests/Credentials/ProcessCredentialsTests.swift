import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import AWSClient

/// `credential_process` with real programs.
@Suite(.timeLimit(.minutes(2))) struct ProcessCredentialsTests {
    private static let json =
        #"{"Version":1,"AccessKeyId":"AKPROC","SecretAccessKey":"proc-secret","SessionToken":"tok"}"#

    private func fetch(
        _ text: String,
        variables: [String: String] = ["PATH": "/usr/bin:/bin"],
        limit: Duration = ProcessCredentials.limit,
        accountID: String? = nil
    ) async throws(CredentialProblem) -> Credentials {
        let command = CredentialCommand(text: text, profile: "p", place: "/c:2", accountID: accountID)
        let source = ProcessCredentials(
            command: command,
            environment: AWSEnvironment(variables: variables),
            limit: limit
        )
        guard case .found(let credentials, false) = try await source.fetch() else {
            throw CredentialProblem("not found")
        }
        return credentials
    }

    private func script(_ folder: TemporaryFolder, _ text: String) throws -> String {
        let path = try folder.write("program with space", "#!/bin/sh\n" + text)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        // By way of sh: a file just written cannot be executed (ETXTBSY) while another test's fork still has it open.
        return "/bin/sh \"\(path)\""
    }

    @Test("A program's credentials are used; without Expiration for ever")
    func forEver() async throws {
        let credentials = try await fetch("/bin/echo '\(Self.json)'", accountID: "123456789012")
        #expect(
            credentials.accessKeyID == "AKPROC" && credentials.secretAccessKey == "proc-secret"
                && credentials.sessionToken == "tok"
        )
        #expect(credentials.expiration == nil)
        #expect(credentials.accountID == "123456789012")
        #expect(credentials.source == "profile p: credential_process")
    }

    @Test(
        "Expiration and account id are read",
        arguments: ["2027-01-15T14:00:00Z", "2027-01-15T14:00:00.5Z", "2027-01-15T15:00:00+01:00"]
    )
    func expires(text: String) async throws {
        let json =
            #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","AccountId":"210987654321","Expiration":"\#(text)"}"#
        let credentials = try await fetch("/bin/echo '\(json)'", accountID: "123456789012")
        #expect(credentials.expiration.map { $0.timeIntervalSince1970.rounded(.down) } == 1_800_021_600)
        #expect(credentials.accountID == "210987654321")
    }

    @Test("There is no shell: what a shell would expand arrives as written, one argument each")
    func noShell() async throws {
        let folder = try TemporaryFolder()
        let program = try script(folder, #"printf '%s\n' "$@" > "\#(folder.path)/args"; echo '\#(Self.json)'"#)
        _ = try await fetch(program + #" $HOME `id` ; 'a b' "c \"d\" \e" f\ g "" | > x && *"#)
        let arguments = try String(contentsOf: URL(filePath: folder.path + "/args"), encoding: .utf8)
        #expect(arguments == "$HOME\n`id`\n;\na b\nc \"d\" \\e\nf g\n\n|\n>\nx\n&&\n*\n")
    }

    @Test("The program gets the daemon's environment, an empty standard input, and no other descriptor")
    func surroundings() async throws {
        let folder = try TemporaryFolder()
        // Not close-on-exec: what a careless library might leave open.
        let leaked = unsafe open(try folder.write("leaked", "x"), O_RDONLY)
        defer { close(leaked) }
        let program = try script(
            folder,
            #"ls /proc/self/fd > "\#(folder.path)/fds"; wc -c > "\#(folder.path)/stdin"; echo "$MARK" > "\#(folder.path)/mark"; echo '\#(Self.json)'"#
        )
        _ = try await fetch(program, variables: ["PATH": "/usr/bin:/bin", "MARK": "here"])
        func text(_ name: String) throws -> String {
            try String(contentsOf: URL(filePath: "\(folder.path)/\(name)"), encoding: .utf8)
        }
        // 3 is the folder that ls itself has open.
        #expect(try text("fds") == "0\n1\n2\n3\n")
        #expect(try text("stdin") == "0\n")
        #expect(try text("mark") == "here\n")
    }

    @Test("A program that fails is an error with its complaint, cut, on one line, without secrets")
    func fails() async throws {
        let folder = try TemporaryFolder()
        let program = try script(
            folder,
            #"""
            echo "no vault
              AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY $VAULT_TOKEN" >&2
            head -c 100000 /dev/zero | tr '\0' 'x y' >&2
            exit 3
            """#
        )
        let problem = try #require(
            await #expect(throws: CredentialProblem.self) {
                try await fetch(program, variables: ["PATH": "/usr/bin:/bin", "VAULT_TOKEN": "hunter22"])
            }
        )
        #expect(
            problem.message.contains("exited with 3: no vault [redacted] [redacted] [redacted]"),
            "\(problem.message)"
        )
        #expect(problem.message.contains("/c:2"))
        #expect(problem.message.utf8.count < 600)
        #expect(!problem.message.contains("\n"))
        for secret in ["AKIA", "wJalr", "hunter22"] { #expect(!problem.message.contains(secret)) }
    }

    @Test(
        "What is not a Version 1 document is an error that quotes nothing of it",
        arguments: [
            ("{}", "Version none"), (#"{"Version":2,"AccessKeyId":"A","SecretAccessKey":"s3cret"}"#, "Version 2"),
            ("s3cret", "JSON"),
            ("", "JSON"), (#"{"Version":1,"AccessKeyId":"A"}"#, "SecretAccessKey"),
            (#"{"Version":1,"SecretAccessKey":"s3cret"}"#, "AccessKeyId"),
            (#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s3cret","Expiration":"later"}"#, "Expiration"),
        ]
    )
    func malformed(output: String, says: String) async throws {
        let problem = try #require(
            await #expect(throws: CredentialProblem.self) { try await fetch("/bin/echo '\(output)'") }
        )
        #expect(problem.message.contains(says), "\(problem.message)")
        #expect(!problem.message.contains("s3cret"))
    }

    @Test("A program that hangs is killed at the limit with what it started, even when that keeps the pipes open")
    func hangs() async throws {
        let folder = try TemporaryFolder()
        let program = try script(folder, #"sleep 600 & echo $! > "\#(folder.path)/child"; exec sleep 600"#)
        let started = ContinuousClock.now
        let problem = try #require(
            await #expect(throws: CredentialProblem.self) { try await fetch(program, limit: .seconds(5)) }
        )
        #expect(ContinuousClock.now - started < .seconds(50))
        #expect(problem.message.contains("killed after") && problem.kind == .transient)
        let child = try #require(
            Int32(try String(contentsOf: URL(filePath: folder.path + "/child"), encoding: .utf8).dropLast())
        )
        try await Self.waitForEnd(of: child)
    }

    @Test("A program that leaves something running behind does not hold us up, and that is ended too")
    func background() async throws {
        let folder = try TemporaryFolder()
        let program = try script(folder, #"sleep 600 & echo $! > "\#(folder.path)/child"; echo '\#(Self.json)'"#)
        #expect(try await fetch(program, limit: .seconds(60)).accessKeyID == "AKPROC")
        let child = try #require(
            Int32(try String(contentsOf: URL(filePath: folder.path + "/child"), encoding: .utf8).dropLast())
        )
        try await Self.waitForEnd(of: child)
    }

    @Test("A program that prints without end is killed")
    func endless() async throws {
        let problem = try #require(
            await #expect(throws: CredentialProblem.self) { try await fetch("/usr/bin/yes", limit: .seconds(30)) }
        )
        #expect(problem.message.contains("more than 65536 bytes"))
    }

    @Test(
        "A program that cannot be started is an error that names it",
        arguments: [
            ("/no/such/program x", "no such file"), ("/etc/passwd", "permission denied"), ("/tmp", "permission denied"),
            ("'open quote", "open quote"), ("", "names no program"), ("trailing\\", "open quote"),
        ]
    )
    func notStarted(text: String, says: String) async throws {
        let problem = try #require(await #expect(throws: CredentialProblem.self) { try await fetch(text) })
        #expect(problem.message.contains(says), "\(problem.message)")
        #expect(problem.kind == .accessDenied)
    }

    @Test("A program ended by a signal is told as such")
    func signalled() async throws {
        let folder = try TemporaryFolder()
        let problem = try #require(
            await #expect(throws: CredentialProblem.self) { try await fetch(try script(folder, "kill -9 $$")) }
        )
        #expect(problem.message.contains("ended by signal 9"))
    }

    /// Returns once the process is gone or a zombie; fails after 30 s.
    private static func waitForEnd(of pid: Int32) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while kill(pid, 0) == 0, try !isZombie(pid) {
            try #require(ContinuousClock.now < deadline, "process \(pid) still runs")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private static func isZombie(_ pid: Int32) throws -> Bool {
        guard let status = try? String(contentsOf: URL(filePath: "/proc/\(pid)/stat"), encoding: .utf8) else {
            return true
        }
        return status.contains(") Z ")
    }
}
