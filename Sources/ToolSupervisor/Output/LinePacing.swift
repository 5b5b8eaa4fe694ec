/// Says how fast a tool's lines may be handed on. What waits lies in the tool's own files, where it costs nothing and is not lost.
package protocol LinePacing: Sendable {
    /// Whether what takes the lines has room for some thousands more.
    var hasRoom: Bool { get }
    /// Whether it has taken nothing for so long that a tool's end does not wait for it any more.
    var isStalled: Bool { get }
    /// A place behind all lines that were handed on so far.
    var mark: Int { get }
    /// Whether the lines before `mark` would be there if this process were killed now.
    func hasPassed(_ mark: Int) -> Bool
}
