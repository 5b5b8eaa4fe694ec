import Glibc

/// What the benchmark's contract hands in by environment.
struct BenchmarkSettings: Sendable {
    /// `AWS_ENDPOINT_URL_SFN`, else `AWS_ENDPOINT_URL`.
    var endpoint: String
    /// `ACTIVITY_ARN`.
    var activity: String
    /// `WORKER_POLLERS`. Default 16.
    var pollers: Int
    /// `WORKER_MAX_SECONDS`: the process ends after this. Default 60.
    var maximumSeconds: Int
    /// `AWS_REGION`. Default `us-east-1`.
    var region: String
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    var keys: (id: String, secret: String)
    /// All of it, for the transport.
    var environment: [String: String]

    init(environment: [String: String]) {
        endpoint = environment["AWS_ENDPOINT_URL_SFN"] ?? environment["AWS_ENDPOINT_URL"] ?? "http://127.0.0.1:18080"
        activity = environment["ACTIVITY_ARN"] ?? "arn:aws:states:us-east-1:123456789012:activity:bench"
        pollers = environment["WORKER_POLLERS"].flatMap { Int($0) } ?? 16
        maximumSeconds = environment["WORKER_MAX_SECONDS"].flatMap { Int($0) } ?? 60
        region = environment["AWS_REGION"] ?? "us-east-1"
        keys = (environment["AWS_ACCESS_KEY_ID"] ?? "none", environment["AWS_SECRET_ACCESS_KEY"] ?? "none")
        self.environment = environment
    }
}

/// This process's environment, read once at its start.
enum ProcessEnvironmentCopy {
    static let variables: [String: String] = {
        var variables: [String: String] = [:]
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let parts = unsafe String(cString: text).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            unsafe entry += 1
        }
        return variables
    }()
}
