extension TextRule {
    /// An application's id: part of names of parameters, images, state keys and executions.
    package static let applicationId = word(
        "2 to 31 of a-z, 0-9 and `-`, first a letter (`^[a-z][a-z0-9-]{1,30}$`)",
        length: 2...31,
        first: .lower,
        rest: .lower + .digits + ASCIISet("-")
    )

    /// An environment's name: also the name of its file.
    package static let environment = word(
        "1 to 16 of a-z, 0-9 and `-`, first a letter (`^[a-z][a-z0-9-]{0,15}$`)",
        length: 1...16,
        first: .lower,
        rest: .lower + .digits + ASCIISet("-")
    )

    /// A release's version.
    package static let version = word(
        "1 to 64 letters, digits and `.`, `_`, `+`, `-`, first a letter or digit",
        length: 1...64,
        first: .alphanumeric,
        rest: .alphanumeric + ASCIISet("._+-")
    )

    /// A folder of the catalogue: one path component, so that no manifest reaches outside it.
    package static let catalogueName = word(
        "a name from the catalogue: 1 to 64 of a-z, 0-9, `.`, `_` and `-`, first a letter or digit",
        length: 1...64,
        first: .lower + .digits,
        rest: .lower + .digits + ASCIISet("._-"),
        fix: "use the name of a folder in the catalogue, without a path"
    )

    /// The name of a Packer or Terraform variable or of an auditor's input.
    package static let identifier = word(
        "an identifier: 1 to 64 letters, digits and `_`, first a letter or `_`",
        length: 1...64,
        first: .lower + .upper + ASCIISet("_"),
        rest: .alphanumeric + ASCIISet("_")
    )

    /// An AWS account's id.
    package static let accountId = word(
        "12 digits in quotes, for example \"012345678901\"",
        length: 12...12,
        first: .digits,
        rest: .digits,
        fix: "write the 12 digits of the account in quotes"
    )

    /// The value of a tag (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html).
    package static let tagValue = TextRule("1 to 256 letters, digits, blanks and `_ . : / = + - @`") { text in
        (1...256).contains(text.unicodeScalars.count)
            && text.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || $0.properties.numericType != nil
                    || " _.:/=+-@".unicodeScalars.contains($0)
            }
    }

    /// The name of a parameter in Parameter Store, from `/`.
    package static let parameterName = word(
        "a parameter's full name from `/`: 2 to 1011 letters, digits and `_`, `.`, `-`, `/`",
        length: 2...1011,
        first: ASCIISet("/"),
        rest: .alphanumeric + ASCIISet("_.-/"),
        fix: "write the full name of the SecureString, beginning with `/`"
    )

    /// A package for the image's package manager.
    package static let packageName = word(
        "a package's name: 1 to 128 letters, digits and `+ . _ : ~ = -`, first a letter or digit",
        length: 1...128,
        first: .alphanumeric,
        rest: .alphanumeric + ASCIISet("+._:~=-")
    )

    /// A log group's name (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html).
    package static let logGroup = word(
        "1 to 512 letters, digits and `_ - / . #`",
        length: 1...512,
        first: .alphanumeric + ASCIISet("_-/.#"),
        rest: .alphanumeric + ASCIISet("_-/.#")
    )

    /// Path and query of a smoke test.
    package static let requestPath = TextRule(
        "a path from `/` of printable ASCII without blanks, at most 1024 bytes, for example `/healthz`",
        fix: "begin with `/` and percent-encode what is not printable ASCII"
    ) { text in
        text.utf8.first == UInt8(ascii: "/") && text.utf8.count <= 1024
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
    }

    /// A day of the calendar.
    package static let date = TextRule(
        "a date `YYYY-MM-DD`, for example \"2026-12-31\"",
        fix: "write a day of the calendar"
    ) {
        CalendarDay($0) != nil
    }

    /// The ARN of an IAM role.
    package static let roleArn = TextRule("the ARN of an IAM role: `arn:<partition>:iam::<account>:role/<name>`") {
        text in
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "iam", parts[3].isEmpty else {
            return false
        }
        return accountId.matches(String(parts[4])) && parts[5].hasPrefix("role/") && parts[5].utf8.count > 5
            && text.utf8.count <= 2048 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// An external id of `sts:AssumeRole` (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
    package static let externalId = word(
        "2 to 1224 letters, digits and `_ + = , . @ : / -`",
        length: 2...1224,
        first: .alphanumeric + ASCIISet("_+=,.@:/-"),
        rest: .alphanumeric + ASCIISet("_+=,.@:/-")
    )
}
