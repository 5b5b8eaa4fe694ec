/// What the daemon's own configuration says about endpoints; it beats the environment and the profile.
package struct EndpointSettings: Sendable, Hashable {
    /// `aws.endpoints`: URL by service.
    package var urls: [AWSService: String]
    /// `aws.fips`; `nil` leaves it to `AWS_USE_FIPS_ENDPOINT` and the profile's `use_fips_endpoint`.
    package var fips: Bool?
    /// `aws.dualStack`; `nil` leaves it to `AWS_USE_DUALSTACK_ENDPOINT` and the profile's `use_dualstack_endpoint`.
    package var dualStack: Bool?

    /// Settings of these parts; by default none.
    package init(urls: [AWSService: String] = [:], fips: Bool? = nil, dualStack: Bool? = nil) {
        self.urls = urls
        self.fips = fips
        self.dualStack = dualStack
    }
}
