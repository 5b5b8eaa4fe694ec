import FoundationEssentials

/// The lines of one profile in an AWS configuration file, as they stand.
enum ConfigurationProfile {
    /// The settings of `[profile name]` (or `[name]`, as in a credentials file) in `file`, without comments and blank lines.
    ///
    /// - Throws: `ToolAccessError` naming the profiles there are.
    static func read(_ name: String, in file: String) throws -> [String] {
        guard let data = try? Data(contentsOf: URL(filePath: file)) else {
            throw ToolAccessError(message: "\(file), which tools.credentials.file names, cannot be read.")
        }
        var section: String?
        var seen: [String] = []
        var lines: [String] = []
        for raw in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let line = String(raw).trimmed
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), let end = line.lastIndex(of: "]") {
                let title = String(line[line.index(after: line.startIndex)..<end]).trimmed
                section = title.hasPrefix("profile ") ? String(title.dropFirst("profile ".count)).trimmed : title
                seen.append(section ?? "")
            } else if section == name {
                // Indentation is kept: it makes a line part of a nested setting.
                lines.append(String(raw))
            }
        }
        guard seen.contains(name) else {
            throw ToolAccessError(
                message:
                    "\(file) has no profile \"\(name)\"; it has \(seen.isEmpty ? "none" : seen.joined(separator: ", "))."
            )
        }
        return lines
    }
}
