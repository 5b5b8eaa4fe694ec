import CurlTransport
import FoundationEssentials
import Logging

@testable import AWSClient

/// Answers of STS as XML, and what its forms said.
enum STSAnswers {
    /// An AssumeRole or AssumeRoleWithWebIdentity answer.
    static func credentials(_ operation: String, key: String) -> ScriptedExchange.Answer {
        .text(
            """
            <\(operation)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(operation)Result><AssumedRoleUser>\
            <Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn><AssumedRoleId>X:s</AssumedRoleId></AssumedRoleUser><Credentials>\
            <AccessKeyId>\(key)</AccessKeyId><SecretAccessKey>secret of \(key)</SecretAccessKey><SessionToken>token of \(key)</SessionToken>\
            <Expiration>2027-01-15T14:00:00Z</Expiration></Credentials></\(operation)Result>\
            <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></\(operation)Response>
            """
        )
    }

    /// A refusal.
    static func denied(_ message: String) -> ScriptedExchange.Answer {
        let body =
            "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>\(message)</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        return .response(
            HTTPResponse(status: 403, headers: [HTTPField("Content-Type", "text/xml")], body: Array(body.utf8))
        )
    }

    /// The fields of a form request.
    static func form(_ request: HTTPRequest) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in String(decoding: request.body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1).map(decoded)
            fields[parts[0]] = parts.count == 2 ? parts[1] : ""
        }
        return fields
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == 0x2B ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Services over this transport, in eu-west-1.
    static func services(_ transport: any HTTPExchanging) -> CredentialServices {
        CredentialServices(
            transport: transport,
            region: "eu-west-1",
            endpoints: EndpointResolver(),
            userAgent: "test",
            logger: Logger(label: "x", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }
}
