import FoundationEssentials
import Glibc

/// Whether what lies in the work folder stays in memory: secrets in use, and tools' output before it is redacted.
struct WorkspaceMemory: Sendable {
    static let check = "disk secrets"

    /// The work folder, without symbolic links.
    let path: String
    /// `/proc/self/mountinfo`.
    let mounts: String
    /// `/proc/swaps`.
    let swaps: String
    /// The text of a small file below `/sys`; `nil` where there is none.
    let attribute: @Sendable (String) -> String?

    /// The folder as it is on this host; `nil` while it is not there.
    static func finding(of folder: String) -> Finding? {
        guard let resolved = unsafe realpath(folder, nil) else { return nil }
        defer { unsafe free(resolved) }
        func text(_ path: String) -> String? { try? FileText.read(path, limitBytes: 1 << 20) }
        return WorkspaceMemory(
            path: unsafe String(cString: resolved),
            mounts: text("/proc/self/mountinfo") ?? "",
            swaps: text("/proc/swaps") ?? "",
            attribute: { try? FileText.read($0, limitBytes: 4096) }
        ).finding()
    }

    func finding() -> Finding {
        guard let mount = mount() else {
            return .warning(Self.check, "what \(path) lies on cannot be told", fix: "see `findmnt --target \(path)`")
        }
        guard ["tmpfs", "ramfs"].contains(mount.type) else {
            return .warning(
                Self.check,
                "\(path) is on \(mount.type): secrets in use and tools' raw output are written to a disk",
                fix:
                    #"mount a tmpfs there: systemctl enable --now 'var-lib-builderd\x2dwork.mount', as the package has it"#
            )
        }
        if mount.type == "ramfs" { return .ok(Self.check, "\(path) is a ramfs, which is never swapped out") }
        if mount.options.contains("noswap") { return .ok(Self.check, "\(path) is a tmpfs that is never swapped out") }
        let open = openSwaps()
        guard !open.isEmpty else {
            return .ok(Self.check, "\(path) is a tmpfs, and no swap is on that a disk would keep in the clear")
        }
        return .warning(
            Self.check,
            "\(path) is a tmpfs that can be swapped out in the clear to \(open.joined(separator: ", "))",
            fix: "swapoff -a, or encrypt the swap, or from Linux 6.4 on add noswap to the mount unit's Options="
        )
    }

    /// The file system that the folder lies on, and its own options: `36 35 98:0 / <place> rw - <type> <source> <options>`
    /// (https://docs.kernel.org/filesystems/proc.html, 3.5). Of several on one place the last one counts.
    private func mount() -> (type: Substring, options: [Substring])? {
        var found: (place: String, type: Substring, options: [Substring])?
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash > 5, fields.count > dash + 3 else { continue }
            let place = Self.unescaped(fields[4])
            guard place == "/" || path == place || path.hasPrefix(place + "/"),
                place.utf8.count >= found?.place.utf8.count ?? 0
            else { continue }
            found = (place, fields[dash + 1], fields[dash + 3].split(separator: ","))
        }
        return found.map { ($0.type, $0.options) }
    }

    /// Swap areas that are neither encrypted nor in memory themselves. A file is taken for open: what it lies on may be anything.
    private func openSwaps() -> [String] {
        swaps.split(separator: "\n").dropFirst().compactMap { line in
            guard let area = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first.map(Self.unescaped) else {
                return nil
            }
            let name = area.split(separator: "/").last ?? ""
            if name.hasPrefix("dm-"), attribute("/sys/block/\(name)/dm/uuid")?.hasPrefix("CRYPT-") ?? false {
                return nil
            }
            // zram is memory, unless it was given a disk to write to.
            if name.hasPrefix("zram"), attribute("/sys/block/\(name)/backing_dev")?.hasPrefix("none") ?? true {
                return nil
            }
            return area
        }
    }

    /// The kernel writes a space as `\040`.
    private static func unescaped(_ text: Substring) -> String {
        String(text).replacing(#/\\([0-7]{3})/#) { match in
            UInt32(match.output.1, radix: 8).flatMap { Unicode.Scalar($0) }.map { String($0) } ?? ""
        }
    }
}
