import CloudProtocol
import Testing

@Suite("The prefix of topics (D1)")
struct TopicPrefixTests {
  @Test(
    "one to three parts of letters, digits, _ and - are a prefix",
    arguments: ["a", "acme/eu", "Acme_1/b-2/c", String(repeating: "x", count: 64)])
  func good(_ text: String) { #expect(TopicPrefix(text)?.text == text + "/") }

  @Test(
    "anything else is none: wildcards, dots, what the broker keeps for itself, empty parts, too much",
    arguments: [
      "", "/", "a/", "/a", "a//b", "a/b/c/d", "+", "a/#", "$aws", "a.b", "ä", "a b",
      String(repeating: "x", count: 65),
    ])
  func bad(_ text: String) { #expect(TopicPrefix(text) == nil) }
}
