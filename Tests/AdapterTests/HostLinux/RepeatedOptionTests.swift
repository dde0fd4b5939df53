import HostLinux
import Testing

@Suite("E6: an option that is given twice")
struct RepeatedOptionTests {
  @Test("it is named, however it is written; one that may come again and what follows `--` is not")
  func first() {
    func first(_ words: String...) -> String? {
      RepeatedOption.first(
        in: ["postern"] + words, repeatable: ["--hours"], short: ["-o": "--output"])
    }
    #expect(first("mode", "lockdown", "--door", "front", "--reason", "r") == nil)
    #expect(first("mode", "--door", "front", "--door", "gym") == "--door")
    #expect(first("mode", "--door=front", "--reason", "r", "--door", "gym") == "--door")
    #expect(first("add", "--hours", "monday", "--hours", "friday") == nil)
    #expect(first("add", "--", "--door", "--door") == nil)
    #expect(first("bundle", "-o", "a", "--output=b") == "--output")
    #expect(first("bundle", "-o", "a", "-h", "-h") == nil)
    #expect(first() == nil)
  }
}
