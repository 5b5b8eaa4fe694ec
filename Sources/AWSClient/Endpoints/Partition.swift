/// One AWS partition: a set of regions that share accounts, host name suffixes and nothing with the others.
///
/// From the partitions file of the SDKs (botocore `data/partitions.json`, 2026).
struct Partition: Sendable, Hashable {
    /// For example `aws-us-gov`; also the second part of its ARNs.
    let name: String
    /// What a region's name begins with, up to the place and number: `us-gov` in `us-gov-west-1`.
    let regionPrefixes: [String]
    /// The pseudo-region of global services, which fits no prefix.
    let globalRegion: String
    /// Suffix of plain and FIPS host names.
    let dnsSuffix: String
    /// Suffix of dual-stack host names.
    let dualStackDNSSuffix: String

    /// All eight; `aws` first, as the one for a region that fits none.
    static let all: [Partition] = [commercial] + others

    /// The partition of `region`: by its name's form, so that a region newer than this program works; else `aws`.
    static func of(region: String) -> Partition {
        all.first { $0.contains(region) } ?? commercial
    }

    private static let commercial = Partition(
        name: "aws",
        regionPrefixes: ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"],
        globalRegion: "aws-global",
        dnsSuffix: "amazonaws.com",
        dualStackDNSSuffix: "api.aws"
    )

    private static let others: [Partition] = [
        Partition("aws-cn", "cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        Partition("aws-eusc", "eusc-de", "amazonaws.eu", "api.amazonwebservices.eu"),
        Partition("aws-iso", "us-iso", "c2s.ic.gov", "api.aws.ic.gov"),
        Partition("aws-iso-b", "us-isob", "sc2s.sgov.gov", "api.aws.scloud"),
        Partition("aws-iso-e", "eu-isoe", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        Partition("aws-iso-f", "us-isof", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        Partition("aws-us-gov", "us-gov", "amazonaws.com", "api.aws"),
    ]

    private init(
        name: String,
        regionPrefixes: [String],
        globalRegion: String,
        dnsSuffix: String,
        dualStackDNSSuffix: String
    ) {
        self.name = name
        self.regionPrefixes = regionPrefixes
        self.globalRegion = globalRegion
        self.dnsSuffix = dnsSuffix
        self.dualStackDNSSuffix = dualStackDNSSuffix
    }

    private init(_ name: String, _ regionPrefix: String, _ dnsSuffix: String, _ dualStackDNSSuffix: String) {
        self.init(
            name: name,
            regionPrefixes: [regionPrefix],
            globalRegion: name + "-global",
            dnsSuffix: dnsSuffix,
            dualStackDNSSuffix: dualStackDNSSuffix
        )
    }

    /// Whether `region` has the form `<prefix>-<word>-<number>`, or is the partition's global pseudo-region.
    private func contains(_ region: String) -> Bool {
        if region == globalRegion { return true }
        let words = region.split(separator: "-", omittingEmptySubsequences: false)
        guard words.count >= 3, let number = words.last, let place = words.dropLast().last else { return false }
        guard !number.isEmpty, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !place.isEmpty else {
            return false
        }
        return regionPrefixes.contains(words.dropLast(2).joined(separator: "-"))
    }
}
