import Foundation

/// The programs that were built with the tests.
package enum BuiltProduct {
    /// Absolute path of `builderd`: `BUILDERD_TEST_BUILDERD`, which `Tests/run` sets, else the one beside the tests.
    package static let builderd: String = {
        if let path = ProcessInfo.processInfo.environment["BUILDERD_TEST_BUILDERD"] { return path }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: own).deletingLastPathComponent().path + "/builderd"
    }()
}
