import Testing

/// A misspelt feature flag is ignored in silence, so each one is asked for here. Test targets have the settings of every target.
@Suite struct PackageSettingsTests {
    @Test func `the upcoming features of the package are on`() {
        var missing: [String] = []
        #if !hasFeature(ExistentialAny)
            missing.append("ExistentialAny")
        #endif
        #if !hasFeature(InternalImportsByDefault)
            missing.append("InternalImportsByDefault")
        #endif
        #if !hasFeature(MemberImportVisibility)
            missing.append("MemberImportVisibility")
        #endif
        #if !hasFeature(NonisolatedNonsendingByDefault)
            missing.append("NonisolatedNonsendingByDefault")
        #endif
        #if !hasFeature(InferIsolatedConformances)
            missing.append("InferIsolatedConformances")
        #endif
        #if !hasFeature(ImmutableWeakCaptures)
            missing.append("ImmutableWeakCaptures")
        #endif
        #if !hasFeature(StrictMemorySafety)
            missing.append("StrictMemorySafety")
        #endif
        #expect(missing == [])
    }
}
