package import CurlTransport

/// A signature and what it was made of.
package struct SignedRequest: Sendable {
    /// Header fields to send, without `Host`; of a header signature they hold date, token and `Authorization`.
    package let headers: [HTTPField]
    /// Query to send; of a query signature it holds date, token and signature.
    package let query: String
    /// The canonical request, as bytes. Holds the session token.
    package let canonicalRequest: [UInt8]
    /// The string to sign, as bytes.
    package let stringToSign: [UInt8]
    /// The signature, 64 hexadecimal digits.
    package let signature: String
}
