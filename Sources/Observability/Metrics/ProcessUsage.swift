import FoundationEssentials
import Glibc

/// What the process takes of the host at one moment.
package struct ProcessUsage: Sendable, Hashable {
    /// User and system time of all threads, in seconds.
    package var processorSeconds: Double
    /// Memory that is in RAM, in bytes.
    package var residentBytes: Double
    /// File descriptors in use.
    package var openFiles: Double
    /// How many there may be.
    package var mostOpenFiles: Double

    /// This process, now. What the kernel does not tell is NaN.
    package static func now() -> ProcessUsage {
        var usage = rusage()
        let isKnown = unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0
        var limit = rlimit()
        let isLimited = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        return ProcessUsage(
            processorSeconds: isKnown ? seconds(usage.ru_utime) + seconds(usage.ru_stime) : .nan,
            residentBytes: resident() ?? .nan,
            // Less the one that the listing itself takes.
            openFiles: ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map {
                Double($0.count - 1)
            })
                ?? .nan,
            mostOpenFiles: isLimited ? Double(limit.rlim_cur) : .nan
        )
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    /// The second number of `/proc/self/statm` is in pages (proc(5)).
    private static func resident() -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let numbers = text.split(separator: " ")
        guard numbers.count > 1, let pages = Double(numbers[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
}
