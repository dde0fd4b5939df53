import Testing

@testable import posterncloud

@Suite("Limits of an import")
struct ImportLimitTests {
  @Test("C5: of an import's lines 100 that are wrong are told, of one more the number")
  func problems() async throws {
    let cloud = try ImportFixture()
    let most = ImportCommand.problemsMax
    for count in [most, most + 1] {
      let refusal = try #require(
        try await cloud.refusal((1...count).map { #"{"person":"p\#($0)","x":1}"# }))
      let told = refusal.split(separator: "\n")
      #expect(told.count { $0.contains(": x: is no member here") } == most)
      #expect(told.contains("1 more lines are wrong") == (count > most))
      #expect(told.last == "nothing was imported")
    }
  }
}
