import FoundationEssentials
import Pipeline

/// The text of a module in a workspace, read for what neither the plan nor its configuration shows.
package enum ModuleSource {
    /// Whether a `.tf` file in `folder`, at any depth, has a `dynamic "ingress"` block. Terraform's own data folder, with the modules
    /// it downloaded, is read too.
    package static func hasDynamicIngress(in folder: String) throws -> Bool {
        try files(in: folder, depth: 0).contains { path in
            let bytes = try Data(contentsOf: URL(filePath: path))
            return hasDynamicIngress(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Whether `text` has the word `dynamic` before the label `ingress`, in HCL or in its JSON form.
    static func hasDynamicIngress(_ text: String) -> Bool {
        var rest = Substring(text)
        while let word = rest.firstRange(of: "dynamic") {
            rest = rest[word.upperBound...]
            let after = rest.drop { $0.isWhitespace || "\":{".contains($0) }
            if after.hasPrefix("ingress") { return true }
        }
        return false
    }

    private static func files(in folder: String, depth: Int) throws -> [String] {
        guard depth < 16 else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().flatMap { entry -> [String] in
            let path = folder + "/" + entry
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
            if isFolder { return entry == "providers" ? [] : try files(in: path, depth: depth + 1) }
            return entry.hasSuffix(".tf") || entry.hasSuffix(".tf.json") || entry.hasSuffix(".tofu") ? [path] : []
        }
    }
}
