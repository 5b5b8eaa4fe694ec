import Glibc

/// Strings as C's `char *const []`, for as long as this lives.
@safe
final class CStringArray {
    private var pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) {
        unsafe pointers = strings.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
    }

    deinit { unsafe pointers.forEach { unsafe free($0) } }

    /// Calls `body` with the array, which ends in NULL.
    func withPointer<Result>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Result) -> Result {
        defer { withExtendedLifetime(self) {} }
        return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    }
}
