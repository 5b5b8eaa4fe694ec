import COpenSSL

/// The OpenSSL that is loaded, for example `OpenSSL 3.0.22 25 Aug 2026`.
package let libraryVersion: String = unsafe String(cString: OpenSSL_version(OPENSSL_VERSION))
