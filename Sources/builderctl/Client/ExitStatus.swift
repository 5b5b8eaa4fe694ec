/// What `builderctl` exits with; the numbers above 63 are those of sysexits.h.
enum ExitStatus: Int32 {
    /// Refused, failed, or only warnings.
    case failed = 1
    /// `doctor` found a failure.
    case unhealthy = 2
    /// The daemon does not answer.
    case unavailable = 69
    /// Standard output cannot be written.
    case output = 74
    /// The kernel or the daemon does not permit it.
    case notPermitted = 77
    /// The configuration is missing or wrong.
    case configuration = 78
}
