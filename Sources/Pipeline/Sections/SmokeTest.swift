/// One HTTP check against the new stack.
package struct SmokeTest: Sendable, Hashable, Codable {
    /// Shown in results.
    package var name: String
    /// Path and query, from `/`.
    package var path: String
    /// Expected status code.
    package var expectStatus: Int
    /// Text the body must hold, if any.
    package var contains: String?
    /// Seconds until it must have passed; tried again every 2 s till then.
    package var withinSeconds: Int

    /// A value of these parts.
    package init(name: String, path: String, expectStatus: Int, contains: String? = nil, withinSeconds: Int) {
        self.name = name
        self.path = path
        self.expectStatus = expectStatus
        self.contains = contains
        self.withinSeconds = withinSeconds
    }
}
