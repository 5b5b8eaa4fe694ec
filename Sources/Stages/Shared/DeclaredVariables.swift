package import FoundationEssentials
import Pipeline

/// The names of the `variable` blocks of a Packer template or a Terraform module: what it can be given.
///
/// Reads just enough of HCL (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md) to find blocks at the top level;
/// whether the files are right is for the tool to say.
package enum DeclaredVariables {
    /// The names declared in `folder`'s files that end in one of `suffixes`, each of which has a JSON form at `suffix + ".json"`.
    package static func names(in folder: String, suffixes: [String]) throws -> Set<String> {
        var names: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let path = folder + "/" + file
            if suffixes.contains(where: { file.hasSuffix($0) }) {
                names.formUnion(Self.names(inHCL: Array(try Data(contentsOf: URL(filePath: path)))))
            } else if suffixes.contains(where: { file.hasSuffix($0 + ".json") }) {
                names.formUnion(Self.names(inJSON: try Data(contentsOf: URL(filePath: path))))
            }
        }
        return names
    }

    /// The names declared in one HCL file.
    package static func names(inHCL text: [UInt8]) -> Set<String> {
        var reader = HCLBlockReader(text)
        var names: Set<String> = []
        while let block = reader.nextBlock() {
            if block.type == "variable", let name = block.labels.first { names.insert(name) }
        }
        return names
    }

    /// The names declared in one file of HCL's JSON form: the members of `variable`, an object or an array of objects.
    package static func names(inJSON data: Data) -> Set<String> {
        guard case .object(let root)? = try? JSONDecoder().decode(JSONValue.self, from: data) else { return [] }
        switch root["variable"] {
        case .object(let members)?: return Set(members.keys)
        case .array(let items)?:
            return items.reduce(into: []) { names, item in
                if case .object(let members) = item { names.formUnion(members.keys) }
            }
        default: return []
        }
    }
}
