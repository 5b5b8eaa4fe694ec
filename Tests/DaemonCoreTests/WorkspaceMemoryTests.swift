import Testing

@testable import DaemonCore

@Suite struct WorkspaceMemoryTests {
    private static let root = "20 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw"
    private static let header = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority"

    private func finding(
        _ mounts: [String],
        swaps: [String] = [],
        attributes: [String: String] = [:],
        path: String = "/var/lib/builderd-work"
    ) -> Finding {
        WorkspaceMemory(
            path: path,
            mounts: mounts.joined(separator: "\n"),
            swaps: ([Self.header] + swaps).joined(separator: "\n"),
            attribute: { attributes[$0] }
        ).finding()
    }

    private static func tmpfs(_ options: String, at place: String = "/var/lib/builderd-work") -> String {
        "41 20 0:42 / \(place) rw,nosuid,nodev shared:3 master:1 - tmpfs tmpfs \(options)"
    }

    @Test(arguments: [
        ["/dev/sda2   partition 1048572 0 -2"], ["/swapfile file 1048572 0 -2"], ["/dev/dm-1 partition 1048572 0 -2"],
        ["/dev/dm-0 partition 1 0 -2", "/dev/sda2 partition 1 0 -3"],
    ])
    func `a tmpfs that can be swapped out in the clear is a warning, unless it is mounted noswap`(swaps: [String]) {
        let attributes = ["/sys/block/dm-0/dm/uuid": "CRYPT-LUKS2-1\n", "/sys/block/dm-1/dm/uuid": "LVM-1\n"]
        let open = finding([Self.root, Self.tmpfs("rw,size=2097152k")], swaps: swaps, attributes: attributes)
        #expect(open.level == .warning && open.message.contains("in the clear"), "\(open)")
        #expect(open.message.contains(swaps.last?.prefix { $0 != " " } ?? ""))
        #expect(!open.message.contains("dm-0"))
        let closed = finding([Self.root, Self.tmpfs("rw,size=2097152k,noswap")], swaps: swaps)
        #expect(closed.level == .ok, "\(closed)")
    }

    @Test(arguments: [
        ([], [:]), (["/dev/dm-0 partition 1 0 -2"], ["/sys/block/dm-0/dm/uuid": "CRYPT-PLAIN-swap\n"]),
        (["/dev/zram0 partition 1 0 100"], ["/sys/block/zram0/backing_dev": "none\n"]),
        (["/dev/zram0 partition 1 0 100"], [:]),
    ])
    func `a tmpfs is well without swap, or with swap that is encrypted or in memory`(
        swaps: [String],
        attributes: [String: String]
    ) {
        let found = finding([Self.root, Self.tmpfs("rw")], swaps: swaps, attributes: attributes)
        #expect(found.level == .ok, "\(found)")
    }

    @Test func `a folder on a disk is a warning that names the file system`() {
        for mounts in [[Self.root], [Self.root, Self.tmpfs("rw", at: "/var/lib/builderd-work-of-another")]] {
            let found = finding(mounts)
            #expect(found.level == .warning && found.message.contains("is on ext4"), "\(found)")
            #expect(found.fix?.contains("builderd\\x2dwork.mount") == true)
        }
    }

    @Test func `the last of several mounts on one place counts, and a place may have a space`() {
        let covered = [Self.root, Self.tmpfs("rw"), "42 41 8:2 / /var/lib/builderd-work rw - xfs /dev/sdb rw"]
        #expect(finding(covered).message.contains("is on xfs"))
        let spaced = finding([Self.root, Self.tmpfs("rw", at: "/mnt/a\\040b")], path: "/mnt/a b/work")
        #expect(spaced.level == .ok, "\(spaced)")
        #expect(finding([]).level == .warning)
    }

    @Test func `a folder of this host is looked at, and one that is not there has no finding`() {
        #expect(WorkspaceMemory.finding(of: "/proc")?.message.contains("is on proc") == true)
        #expect(WorkspaceMemory.finding(of: "/nonexistent") == nil)
    }
}
