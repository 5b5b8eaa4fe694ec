import Foundation
import Glibc

/// `openssl s_server` on a free port of 127.0.0.1, with a certificate of its own authority in a temporary folder.
///
/// It sends the file `answer` as it stands for `GET /answer`, then closes.
final class TLSServer: Sendable {
    let port: Int
    /// PEM file of the authority that signed the server's certificate.
    let authorityPath: String
    /// PEM file of another authority.
    let strangerPath: String
    private let folder: URL
    private let process: Process
    /// Its end, in `deinit` or with the test process, ends the server.
    private let life = Pipe()

    /// Starts the server.
    ///
    /// - Parameters:
    ///   - names: `subjectAltName` of its certificate, for example `IP:127.0.0.1,DNS:builder.test`.
    ///   - answer: whole response.
    ///   - options: more options of `s_server`.
    init(
        names: String = "IP:127.0.0.1,DNS:builder.test",
        answer: String = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret",
        options: [String] = []
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "builderd-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func path(_ name: String) -> String { folder.appending(path: name).path }
        self.folder = folder
        authorityPath = path("ca.pem")
        strangerPath = path("stranger.pem")
        let newKey = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        for name in ["ca", "stranger"] {
            try Self.openssl(
                newKey + ["-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).pem")]
            )
        }
        try Self.openssl(
            newKey + [
                "-subj", "/CN=server", "-addext", "subjectAltName=\(names)", "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-keyout", path("server.key"), "-out",
                path("server.pem"),
            ]
        )
        try Data(answer.utf8).write(to: folder.appending(path: "answer"))
        process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        // A child inherits the test's signal mask: SIGTERM may be blocked, so SIGKILL; and SIGCHLD, so no `wait` in the shell.
        let script = "/usr/bin/openssl \"$@\" </dev/null & exec >&-; read -r line; kill -KILL $!"
        process.arguments =
            [
                "-c", script, "sh", "s_server", "-accept", "127.0.0.1:0", "-HTTP", "-cert", path("server.pem"), "-key",
                path("server.key"),
            ]
            + options
        process.currentDirectoryURL = folder
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = life
        try process.run()
        do {
            port = try Self.port(announcedOn: output.fileHandleForReading)
        } catch {
            Self.end(process, life)
            throw error
        }
        // What it says of each connection must not fill the pipe.
        output.fileHandleForReading.readabilityHandler = { if $0.availableData.isEmpty { $0.readabilityHandler = nil } }
    }

    deinit {
        Self.end(process, life)
        try? FileManager.default.removeItem(at: folder)
    }

    /// `https://host:port/answer`.
    func url(host: String = "127.0.0.1") -> String { "https://\(host):\(port)/answer" }

    private static func end(_ process: Process, _ life: Pipe) {
        try? life.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    private static func port(announcedOn output: FileHandle) throws -> Int {
        var text = ""
        while let data = try output.read(upToCount: 1), !data.isEmpty {
            text += String(decoding: data, as: UTF8.self)
            guard text.hasSuffix("\n") else { continue }
            if text.hasPrefix("ACCEPT"), let port = text.split(separator: ":").last.flatMap({ Int($0.dropLast()) }) {
                return port
            }
            text = ""
        }
        throw Sockets.Failure(call: "openssl s_server", number: 0)
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Sockets.Failure(call: "openssl", number: process.terminationStatus)
        }
    }
}
