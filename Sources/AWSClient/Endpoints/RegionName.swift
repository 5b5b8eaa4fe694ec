/// The form of a region's name. It becomes part of a host name, so nothing else may pass.
enum RegionName {
    /// `region` if it is one label of a host name in lower case and no pseudo-region of the old FIPS spelling.
    static func checked(_ region: String) throws(EndpointProblem) -> String {
        guard !region.isEmpty else {
            throw EndpointProblem("no region is configured: set aws.region in builderd.yaml")
        }
        let bytes = Array(region.utf8)
        let inner = bytes.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
        }
        guard inner, bytes.count <= 63, bytes.first != 0x2D, bytes.last != 0x2D else {
            throw EndpointProblem(
                "\(region.debugDescription) is not a region: write it as eu-central-1 (small letters, digits and dashes)"
            )
        }
        if region.hasPrefix("fips-") || region.hasSuffix("-fips") {
            throw EndpointProblem(
                "\(region) is a FIPS pseudo-region: write the region without fips and set aws.fips: true or AWS_USE_FIPS_ENDPOINT=true"
            )
        }
        return region
    }
}
