import ArgumentParser
import CloudProtocol
import Foundation

/// What can be said about one line of an import that is wrong, and where in it.
enum ImportLine {
  /// What is no JSON object, as far as it can be seen without reading it.
  struct Damage: Error, CustomStringConvertible {
    /// From 1, in characters.
    var column: Int
    var description: String
  }

  /// A table instead of objects, or something behind the object, such as a spreadsheet's separator.
  static func damage(in line: Substring) -> Damage? {
    guard let first = line.firstIndex(where: { !$0.isWhitespace }) else { return nil }
    if line[first] != "{" {
      let isTable = line.contains(where: { ";,\t".contains($0) })
      return Damage(
        column: column(of: first, in: line),
        description: isTable
          ? "it is a line of a table; an import has one JSON object a line"
          : "it is no JSON object")
    }
    guard let end = line.lastIndex(of: "}") else {
      return Damage(column: line.count, description: "the object has no end")
    }
    if let more = line[line.index(after: end)...].firstIndex(where: { !$0.isWhitespace }) {
      return Damage(
        column: column(of: more, in: line),
        description: "\"\(line[more])\" stands behind the object; did a spreadsheet add it?")
    }
    return nil
  }

  /// Where the value of the member is that an error is about, from 1; nil where nobody knows.
  static func column(of error: any Error, in line: Substring) -> Int? {
    if let damage = error as? Damage { return damage.column }
    let members: [Substring]
    if let failure = error as? ValidationFailure {
      // `person.id` is the member `person` of the line, `credential.id` its `id`.
      let path = failure.problems.first?.path ?? ""
      members = path.split(separator: ".").reversed().map { $0.prefix { $0 != "[" } }
    } else if error is ValidationError {
      members = ["card", "pin"]
    } else {
      return nil
    }
    for member in members {
      guard let name = line.range(of: "\"\(member)\""),
        let value = line[name.upperBound...].firstIndex(where: { $0 != ":" && !$0.isWhitespace })
      else { continue }
      return column(of: value, in: line)
    }
    return nil
  }

  private static func column(of index: Substring.Index, in line: Substring) -> Int {
    line.distance(from: line.startIndex, to: index) + 1
  }
}
