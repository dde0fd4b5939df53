import CloudProtocol
import DoorPorts
import Foundation
import HostLinux

/// Public keys by id: a line `KEYID BASE64URL` each; `#` begins a comment. Of two lines with one id the
/// later counts, and of too many keys the last: who renews a key adds a line, and a door whose cloud
/// is no longer believed has to be visited.
struct PublicKeyFile {
  /// A line that does not count.
  struct Fault {
    var cause: String
    /// What counts instead.
    var counts: String
  }

  /// A line.
  private struct Line {
    var number: Int
    var id: String
    var bytes: [UInt8]
  }

  let keys: [String: [UInt8]]
  /// Empty where every line counts.
  let faults: [Fault]

  /// `keysMax` is how many count.
  init(path: String, keysMax: Int = .max) throws(PortError) {
    var lines: [Line] = []
    var faults: [Fault] = []
    for (number, words) in WrittenText.records(of: try TextFile.read(path)) {
      guard words.count == 2, let key = Data(base64URL: words[1]) else {
        throw PortError(
          .damaged, operation: "read \(path)", detail: "line \(number) must be KEYID BASE64URL")
      }
      let line = Line(number: number, id: words[0], bytes: Array(key))
      if let place = lines.firstIndex(where: { $0.id == line.id }) {
        let before = lines.remove(at: place)
        if before.bytes != line.bytes {
          faults.append(
            Fault(
              cause:
                "\(path), line \(number) has the key \(line.id) of line \(before.number) again, and "
                + "another one", counts: "line \(number) counts"))
        }
      }
      lines.append(line)
    }
    guard !lines.isEmpty else {
      throw PortError(.damaged, operation: "read \(path)", detail: "no key is in it")
    }
    for line in lines.dropLast(keysMax) {
      faults.append(
        Fault(
          cause: "\(path) has \(lines.count) keys: the key \(line.id) of line \(line.number) does "
            + "not count", counts: "the last \(keysMax) do"))
    }
    keys = Dictionary(
      lines.suffix(keysMax).map { ($0.id, $0.bytes) }, uniquingKeysWith: { $1 })
    self.faults = faults
  }
}
