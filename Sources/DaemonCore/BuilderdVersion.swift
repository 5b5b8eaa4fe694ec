import CurlTransport
import OpenSSLDigest

/// What runs here.
package enum BuilderdVersion {
    /// The release's version (https://semver.org).
    package static let text = "0.1.0"

    /// `User-Agent` of every AWS call.
    package static let userAgent = "builderd/\(text) (swift; linux)"

    /// The daemon's version and the libraries it was loaded with, a line each.
    package static var details: String {
        """
        builderd \(text)
        \(CurlTransport.libraryVersion)
        \(OpenSSLDigest.libraryVersion)
        """
    }
}
