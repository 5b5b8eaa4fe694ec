/// An object and its bytes.
package struct S3Object: Sendable, Hashable {
    /// What S3 says of it.
    package let head: S3ObjectHead
    /// Its bytes, whole.
    package let body: [UInt8]
}
