import FoundationEssentials

/// Finds files of the checkout from where this file was compiled.
enum Checkout {
    /// Absolute path of the folder with `Package.swift`, `Sources` and `Config`; symbolic links are followed, as a package of a
    /// few targets may link to the sources.
    static let root: String = {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath().path
        return file.components(upTo: "/Tests/")
    }()

    /// Files below `folder` that end in `suffix`, as absolute paths, sorted.
    static func files(in folder: String, suffix: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")
            .filter { $0.hasSuffix(suffix) }.sorted().map { "\(root)/\(folder)/\($0)" }
    }

    /// Bytes of the file at `path`.
    static func bytes(_ path: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: path)))
    }
}

extension String {
    fileprivate func components(upTo separator: String) -> String {
        firstRange(of: separator).map { String(self[..<$0.lowerBound]) } ?? self
    }
}
