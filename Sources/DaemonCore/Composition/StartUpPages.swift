import Glibc

/// Gives back the pages of program code that only start-up needed.
///
/// Start-up runs through far more code (configuration, YAML, protocol look-ups) than the idle daemon does, and the kernel keeps it
/// mapped. Code is never written, so its pages can be dropped at any time: what is needed again comes back from the page cache.
enum StartUpPages {
    private static let released: Void = release()

    /// As `release`, the first time it is called.
    static func releaseOnce() { released }

    /// Drops the executable file mappings of this process from its resident set. Harmless when it cannot.
    private static func release() {
        guard let maps = try? FileText.read("/proc/self/maps", limitBytes: 1 << 20) else { return }
        for line in maps.split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            // Only code from files: pages of r--p and rw-p may hold relocations and data that exist nowhere else.
            guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { continue }
            let bounds = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
            guard bounds.count == 2, bounds[0] < bounds[1] else { continue }
            unsafe madvise(UnsafeMutableRawPointer(bitPattern: bounds[0]), Int(bounds[1] - bounds[0]), MADV_DONTNEED)
        }
    }
}
