/// Where tools are looked up.
enum ToolSearchPath {
    /// The search path when the environment has no `PATH`.
    static let fallback = "/usr/local/bin:/usr/bin:/bin"
}
