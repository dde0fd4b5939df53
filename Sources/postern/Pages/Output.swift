import CloudProtocol
import Foundation

/// Prints to standard output, with colours only on a terminal.
enum Output {
  static var colour: Bool {
    isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
  }

  /// One line. What others wrote, such as names and reasons, may be in it.
  static func line(_ text: String) { page(text.printable) }

  /// Lines that may have colours; text of others in them is escaped already.
  static func page(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  /// A value, as JSON for programs or as text for people.
  static func show(
    _ value: some Encodable, json isJSON: Bool, _ text: @autoclosure () throws -> String
  ) throws {
    if isJSON { try json(value) } else { page(try text()) }
  }

  /// A message on standard error.
  static func complain(_ text: String) {
    FileHandle.standardError.write(Data("postern: \(text.printableLines)\n".utf8))
  }

  /// Text in the colour of an SGR code, such as 31 for red, where colours are wanted.
  static func paint(_ text: String, _ code: String, if colour: Bool) -> String {
    colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  static func json(_ value: some Encodable) throws { page(try text(value)) }

  /// A value as one line of JSON.
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
