import CloudProtocol
import Foundation

/// Prints one line for people. What others wrote, such as names and reasons, may be in it.
func printLine(_ text: String) { print(text.printable) }

/// Prints a message on standard error.
func complain(_ text: String) {
  FileHandle.standardError.write(Data("posterncloud: \(text.printableLines)\n".utf8))
}

/// Prints one line of JSON, and flushes it, also into a pipe.
func printJSON(_ value: some Encodable) throws {
  print(String(decoding: try JSONCoding.encode(value), as: UTF8.self))
  fflush(nil)
}
