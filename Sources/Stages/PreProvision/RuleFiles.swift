import ActivityWorker
import FoundationEssentials
import Pipeline

/// The platform team's rules on the host: every `.yaml` file of one folder.
struct RuleFiles: Sendable {
    let directory: String

    /// The rules, or `nil` where the host has no such folder.
    ///
    /// A file that would be passed over for its ending may hold a denial, so one that looks like rules is refused, as is one that
    /// cannot be read.
    ///
    /// - Throws: `PreProvision.RulesInvalid` with every problem of every file.
    func rules() throws(TaskFailure) -> RuleSet? {
        guard FileManager.default.fileExists(atPath: directory) else { return nil }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { !$0.hasPrefix(".") }
                .sorted()
        } catch {
            throw failure("The folder of the rules, \(directory), cannot be read: \(error).")
        }
        if let other = names.first(where: { name in [".yml", ".json"].contains { name.hasSuffix($0) } }) {
            throw failure("The file \(directory)/\(other) does not end in .yaml, so it would not be read as rules.")
        }
        var files: [RuleFile] = []
        for name in names where name.hasSuffix(".yaml") {
            let path = "\(directory)/\(name)"
            do {
                files.append(RuleFile(path: path, bytes: try Array(Data(contentsOf: URL(filePath: path)))))
            } catch {
                throw failure("The rules file \(path) cannot be read: \(error).")
            }
        }
        do throws(RuleProblems) {
            return try RuleSet(files: files)
        } catch {
            throw failure(error.summary, detail: error.rendered)
        }
    }

    private func failure(_ message: String, detail: String? = nil) -> TaskFailure {
        TaskFailure(
            .preProvisionRulesInvalid,
            message: message,
            next: "Correct the rules on the builder hosts, then redrive the execution.",
            step: "merge",
            detail: detail
        )
    }
}
