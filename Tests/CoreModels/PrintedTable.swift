import Foundation

/// Lines of a document that a test prints: they stand between `<!-- list: NAME -->` and
/// `<!-- end of list -->`.
public struct PrintedTable {
  private let path: String
  private let name: String
  private let lines: [String]

  public init(in path: String, named name: String, lines: [String]) {
    self.path = path
    self.name = name
    self.lines = lines
  }

  /// The document does not have these lines.
  public struct Outdated: Error, CustomStringConvertible {
    public let description: String
  }

  /// Throws when the document has other lines; prints them anew with `POSTERN_UPDATE_DOCS=1`.
  public func check() throws {
    let place = Repository.file(path)
    var text = try String(contentsOf: place, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    guard let first = text.firstIndex(of: "<!-- list: \(name) -->"),
      let last = text[first...].firstIndex(of: "<!-- end of list -->")
    else { throw Outdated(description: "\(path) has no place for \(name)") }
    if Array(text[(first + 1)..<last]) == lines { return }
    guard ProcessInfo.processInfo.environment["POSTERN_UPDATE_DOCS"] == "1" else {
      throw Outdated(description: "\(path) does not have the lines of \(name)")
    }
    text.replaceSubrange((first + 1)..<last, with: lines)
    try Data(text.joined(separator: "\n").utf8).write(to: place)
  }
}
