import Glibc

/// Finds an executable as a shell would, and says clearly what is missing.
package enum ExecutableLookup {
    /// The absolute path of `name`: itself when it is absolute, else the first executable regular file of that name in `path`.
    ///
    /// - Parameter path: colon-separated directories; ones that are not absolute are passed over, as the working directory must
    ///   not decide what runs.
    /// - Throws: `missing`, naming what was looked up and where, and how to install it.
    package static func find(_ name: String, path: String) throws(ToolError) -> String {
        guard !name.isEmpty, !name.utf8.contains(0) else {
            throw ToolError(.missing, message: "the tool's name is empty", next: "set its path in the configuration")
        }
        if name.hasPrefix("/") {
            if let reason = unfitness(of: name) { throw missing(name, reason: "\(name) \(reason)") }
            return name
        }
        guard !name.contains("/") else {
            throw missing(name, reason: "\(name) is neither a plain name nor an absolute path")
        }
        var unfit: [String] = []
        let directories = path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        for directory in directories {
            let candidate = directory + "/" + name
            guard let reason = unfitness(of: candidate) else { return candidate }
            if reason != absent { unfit.append("\(candidate) \(reason)") }
        }
        let looked = directories.isEmpty ? "an empty PATH" : "PATH=\(path)"
        throw missing(
            name,
            reason: (["\(name) was looked up in \(looked) and not found"] + unfit).joined(separator: "; ")
        )
    }

    private static let absent = "is not there"

    /// Why the file cannot be run; `nil` when it can.
    private static func unfitness(of path: String) -> String? {
        var information = stat()
        guard unsafe stat(path, &information) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? absent : "cannot be looked at: \(SystemError.text(errno))"
        }
        guard information.st_mode & S_IFMT == S_IFREG else { return "is not a regular file" }
        guard unsafe faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 else { return "is not executable by this user" }
        return nil
    }

    private static func missing(_ name: String, reason: String) -> ToolError {
        ToolError(.missing, message: "tool missing: \(reason)", next: hint(for: name))
    }

    /// How to install the tools that builderd drives.
    private static func hint(for name: String) -> String {
        switch name.split(separator: "/").last.map(String.init) ?? name {
        case "packer":
            "install Packer (apt-get install packer, or https://developer.hashicorp.com/packer/install) or set tools.packer.path"
        case "terraform", "tofu":
            "install Terraform 1.11 or later (https://developer.hashicorp.com/terraform/install) or set tools.terraform.path"
        case "inspec", "cinc-auditor":
            "install Cinc Auditor (https://cinc.sh/start/auditor/) or InSpec, or set tools.auditor.path"
        default:
            "install it on this host, or set its absolute path in the tools section of /etc/builderd/builderd.yaml"
        }
    }
}
