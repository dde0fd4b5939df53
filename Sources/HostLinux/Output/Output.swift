import CloudProtocol
import Foundation

/// The only way by which the programs write to their standard output and errors. Where the output
/// cannot be written the program ends here: nobody would see the rest of its work. What was ordered
/// before stays ordered.
public enum Output {
  /// The exit status when standard output cannot be written; `EX_IOERR` of sysexits.h.
  public static let failureStatus: Int32 = 74

  /// True for a terminal whose user did not forbid colours. https://no-color.org
  public static var colour: Bool {
    isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
  }

  /// One line. What others wrote, such as names and reasons, may be in it.
  public static func line(_ text: String) { raw(Array((text.printable + "\n").utf8)) }

  /// One line that must be taken back where nobody gets it; throws then, also where the reader is gone.
  public static func deliver(_ text: String) throws(OutputFailure) {
    try StandardStream.output.write(Array((text.printable + "\n").utf8))
  }

  /// Lines that may have colours. Control characters that nobody made printable are escaped here, but
  /// whoever puts text of others into it must see to their ends of lines.
  public static func page(_ text: String) {
    raw(Array((text.printableLines(colours: colour) + "\n").utf8))
  }

  /// Bytes as they are.
  public static func raw(_ bytes: [UInt8]) {
    do throws(OutputFailure) { try StandardStream.output.write(bytes) } catch { end(error) }
  }

  /// A value as one line of JSON.
  public static func json(_ value: some Encodable) throws {
    raw(Array((try text(value) + "\n").utf8))
  }

  /// The JSON of a value, in one line and without control characters.
  public static func text(_ value: some Encodable) throws -> String {
    String(decoding: try JSONCoding.encode(value), as: UTF8.self).printableJSON
  }

  /// A value, as JSON for programs or as text for people.
  public static func show(
    _ value: some Encodable, json isJSON: Bool, _ text: @autoclosure () throws -> String
  ) throws {
    if isJSON { try json(value) } else { page(try text()) }
  }

  /// A message on standard error, with the program's name. Nothing is left to do where that cannot
  /// be written: the exit status tells.
  public static func complain(_ text: String) { say("\(program): \(text)\n") }

  /// A text on standard error as it is, such as a question.
  public static func say(_ text: String) {
    // Without a place for complaints there is no place to complain.
    try? StandardStream.errors.write(text.printableLines(colours: false).utf8)
  }

  /// Ends the program with its last words: on standard output when all is well, as a help text is.
  public static func end(_ text: String, status: Int32) -> Never {
    if !text.isEmpty {
      if status == 0 { raw(Array((text + "\n").utf8)) } else { say(text + "\n") }
    }
    exit(status)
  }

  /// Ends the program because its output cannot be written; quietly where the reader has gone.
  public static func end(_ failure: OutputFailure) -> Never {
    if failure.isReaderGone { exit(0) }
    complain("\(failure)")
    exit(failureStatus)
  }

  /// Text in the colour of an SGR code, such as 31 for red, where colours are wanted.
  public static func paint(_ text: String, _ code: String, if colour: Bool) -> String {
    colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  private static let program =
    (CommandLine.arguments.first ?? "postern").split(separator: "/").last.map(String.init)
    ?? "postern"
}
