import FoundationEssentials

@testable import AWSClient

/// Folders of the checkout that this file lies in, whatever links lead to it.
enum RepositoryPath {
    /// The folder with `Package.swift`.
    static let root: String? = {
        var folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path.count > 1 {
            if FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
                return folder.path
            }
            folder = folder.deletingLastPathComponent()
        }
        return nil
    }()

    /// The `shared` folder beside the checkout, where there is one.
    static let shared: String? = {
        guard let root else { return nil }
        let folder = URL(filePath: root).deletingLastPathComponent().appending(path: "shared").path
        return FileManager.default.fileExists(atPath: folder + "/vectors") ? folder : nil
    }()

    /// The Python interpreter with botocore, where the test run names one.
    static let python = ProcessInfo.processInfo.environment["BUILDERD_TEST_PYTHON"]

    /// Runs a script of `Tests/Python` and returns what it printed.
    static func runPython(_ script: String, _ arguments: [String] = [], variables: [String: String] = [:]) async throws
        -> Data
    {
        let ended = try await HelperProgram(
            arguments: [python ?? "", "\(root ?? "")/Tests/Python/\(script)"] + arguments,
            variables: variables.merging(["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]) { first, _ in first
            },
            limit: .seconds(120),
            outputBytes: 16 * 1024 * 1024
        ).run()
        guard ended.status == 0 else {
            throw PythonFailed(
                script: script,
                status: ended.status,
                said: String(decoding: ended.standardError, as: UTF8.self)
            )
        }
        return Data(ended.standardOutput)
    }

    /// A script that did not end well.
    struct PythonFailed: Error {
        let script: String
        let status: Int32
        let said: String
    }
}
