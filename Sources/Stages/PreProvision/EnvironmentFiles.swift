import ActivityWorker
import FoundationEssentials
import Pipeline

/// The configuration files of the environments: `<directory>/<environment>.yaml`.
struct EnvironmentFiles: Sendable {
    let directory: String

    /// The configuration of `environment`, a name that a release's rule has checked, so that it is one path component.
    ///
    /// - Throws: `PreProvision.EnvironmentInvalid`.
    func configuration(of environment: String) throws(TaskFailure) -> EnvironmentConfiguration {
        let path = "\(directory)/\(environment).yaml"
        guard FileManager.default.fileExists(atPath: path) else {
            throw failure(
                "This builder has no environment `\(environment)`: there is no file \(path).",
                next: "Release to one of its environments (\(known.joined(separator: ", "))), or add the file."
            )
        }
        let bytes: [UInt8]
        do {
            bytes = try Array(Data(contentsOf: URL(filePath: path)))
        } catch {
            throw failure("The file \(path) cannot be read: \(error).", next: "Let the user of builderd read the file.")
        }
        do throws(DocumentProblems) {
            let name = "environment file \(path)"
            let node = try DocumentReader(document: name).read(bytes)
            return try EnvironmentConfiguration(document: node, named: name, for: environment)
        } catch {
            throw failure(
                error.summary,
                next: "Correct the file on the builder hosts, then release again.",
                detail: error.rendered
            )
        }
    }

    private var known: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let names = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
        return names.isEmpty ? ["none in \(directory)"] : names
    }

    private func failure(_ message: String, next: String, detail: String? = nil) -> TaskFailure {
        TaskFailure(
            .preProvisionEnvironmentInvalid,
            message: message,
            next: next,
            step: "merge",
            detail: detail
        )
    }
}
