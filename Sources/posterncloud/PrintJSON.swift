import CloudProtocol
import Foundation

/// One line of JSON on standard output, at once, also when that is a pipe.
func printJSON(_ value: some Encodable) throws {
  print(String(decoding: try JSONCoding.encode(value), as: UTF8.self))
  fflush(nil)
}
