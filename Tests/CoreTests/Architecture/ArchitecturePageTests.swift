import CoreModels
import Foundation
import Testing

@Suite("Architecture: the console's page")
struct ArchitecturePageTests {
  /// Names that come twice in one part of a script's table of texts.
  private func repeated(in text: String) -> [String] {
    var parts: [Set<String>] = []
    var found: [String] = []
    // Without what the texts say: a colon within is no name's.
    let bare = text.replacing(/"(\\.|[^"\\])*"/, with: "0")
    for token in bare.matches(of: /[{}]|([A-Za-z]\w*)\s*:/) {
      switch token.0 {
      case "{": parts.append([])
      case "}": parts = parts.dropLast()
      default:
        guard let name = token.1, !parts.isEmpty else { continue }
        if !parts[parts.count - 1].insert(String(name)).inserted { found.append(String(name)) }
      }
    }
    return found
  }

  @Test("each text of the page has a name of its own: of two the browser silently takes the last")
  func texts() throws {
    #expect(
      repeated(in: #"const T = { a: { b: "c: d", e: "f" }, g: { b: "h", i: { b: 1 }, b: "j" } };"#)
        == ["b"])
    let text = try String(
      contentsOf: Repository.file("Sources/ConsolePage/texts.js"), encoding: .utf8)
    #expect(text.contains("secured:") && repeated(in: text) == [])
  }
}
