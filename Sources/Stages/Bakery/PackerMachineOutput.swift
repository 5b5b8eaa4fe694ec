/// What `packer build -machine-readable` said, reduced to what Bakery decides by, in bounded memory.
///
/// Text for people (`ui`) is never read for facts.
package struct PackerMachineOutput: Sendable {
    /// One artifact, counted only once its `end` line has come.
    package struct Artifact: Sendable, Hashable {
        /// The build it belongs to, for example `amazon-ebs.image`.
        package var build: String
        /// `builder-id`, for example `mitchellh.amazonebs`.
        package var builderID: String
        /// `id`, for example `eu-central-1:ami-0123456789abcdef0`; regions are joined by commas.
        package var id: String

        /// Image id by region, when the artifact is of images.
        package var images: [String: String] {
            var images: [String: String] = [:]
            for part in id.split(separator: ",") {
                let halves = part.split(separator: ":", maxSplits: 1)
                if halves.count == 2, halves[1].hasPrefix("ami-") { images[String(halves[0])] = String(halves[1]) }
            }
            return images
        }
    }

    /// Whole artifacts in the order they came; the last artifact of a build is the one that its post-processors left.
    package private(set) var artifacts: [Artifact] = []
    /// `error` lines, as `build: message`; the first ones.
    package private(set) var errors: [String] = []
    /// `ui,error` lines: what stands in for `errors` when Packer fails before a build began.
    package private(set) var complaints: [String] = []
    /// `error-count`; `nil` when there was none.
    package private(set) var errorCount: Int?
    /// `version` of `packer version -machine-readable`.
    package private(set) var version: String?

    /// Most artifacts, and most errors, that are kept.
    static let mostItems = 64
    /// Most bytes of one line that are kept.
    static let mostLineBytes = 32 * 1024

    private var open: [String: Artifact] = [:]
    private var lines = LineCutter(limit: Self.mostLineBytes)

    /// Nothing said yet.
    package init() {}

    /// Takes the next bytes of the output.
    package mutating func take(_ bytes: ArraySlice<UInt8>) {
        var read: [[UInt8]] = []
        lines.take(bytes) { line, _ in read.append(line) }
        for line in read { take(line: line) }
    }

    /// Takes a last line without its line end.
    package mutating func finish() {
        var read: [[UInt8]] = []
        lines.finish { line, _ in read.append(line) }
        for line in read { take(line: line) }
    }

    private mutating func take(line: [UInt8]) {
        guard let line = PackerLine(line) else { return }
        let text = line.text
        switch line.category {
        case "artifact": take(artifact: line.data, of: line.target)
        case "error-count": errorCount = Int(text)
        case "error": Self.keep(&errors, line.target.isEmpty ? text : "\(line.target): \(text)")
        case "version": version = text
        case "ui":
            if line.data.count > 1, line.data[0] == "error" {
                Self.keep(&complaints, line.data.dropFirst().joined(separator: ",").trimmed)
            }
        default: return
        }
    }

    private static func keep(_ list: inout [String], _ item: String) {
        if list.count < mostItems, !item.isEmpty { list.append(item) }
    }

    /// `i,builder-id,…`, `i,id,…`, `i,end`; whatever else there is of an artifact is for people.
    private mutating func take(artifact data: [String], of build: String) {
        guard data.count >= 2 else { return }
        let key = build + "," + data[0]
        let value = data.dropFirst(2).joined(separator: ",")
        switch data[1] {
        case "builder-id", "id":
            guard open.count < Self.mostItems || open[key] != nil else { return }
            var artifact = open[key] ?? Artifact(build: build, builderID: "", id: "")
            if data[1] == "id" { artifact.id = value } else { artifact.builderID = value }
            open[key] = artifact
        case "end":
            if let artifact = open.removeValue(forKey: key), artifacts.count < Self.mostItems {
                artifacts.append(artifact)
            }
        default: return
        }
    }
}
