import CloudProtocol
import Foundation

/// Prints one line of JSON, and flushes it, also into a pipe.
func printJSON(_ value: some Encodable) throws {
  print(String(decoding: try JSONCoding.encode(value), as: UTF8.self))
  fflush(nil)
}
