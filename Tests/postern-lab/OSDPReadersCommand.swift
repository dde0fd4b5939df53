import ArgumentParser
import ChildProcesses
import Foundation
import HostLinux
import OSDPChannel
import OSDPCodec
import OSDPLine
import SerialLinux
import Synchronization

/// Model readers on a pseudo-terminal that takes the time of a real line, for `Tests/Lab/osdp`: bytes at
/// the line's speed, and 3 ms from a question to its answer.
struct OSDPReadersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "osdp-readers", abstract: "Be the readers of one OSDP line.",
    discussion: "Orders: card ADDRESS BITS, counts, quit.")

  private static let turnMicroseconds = 3_000

  @Option(help: "Where the line's device appears.") var link: String
  @Option(help: "Bits a second.") var baud = 38_400
  @Option(help: "Addresses, with commas between.") var addresses = "1"

  /// The readers, and how many packets each was asked.
  private struct Readers {
    var models: [ModelReader]
    var asked: [UInt8: Int] = [:]

    mutating func hear(_ bytes: [UInt8]) -> [UInt8] {
      if let frame = try? OSDPFrame(parsing: bytes) { asked[frame.address, default: 0] += 1 }
      return models.indices.flatMap { models[$0].hear(bytes) }
    }
  }

  func run() throws {
    guard let speed = LineSpeed(rawValue: baud) else { throw LabFailure("no such speed: \(baud)") }
    let models = try addresses.split(separator: ",").map { text in
      guard let address = UInt8(text) else { throw LabFailure("no address: \(text)") }
      return ModelReader(address: address, speed: UInt32(baud), cipher: AESCipher())
    }
    let bench = Bench(Readers(models: models))
    let line = try TerminalLine(path: link) { heard in
      let said = bench.readers.withLock { $0.hear(heard) }
      let bits = (heard.count + said.count) * 10
      if !said.isEmpty {
        usleep(UInt32(bits * 1_000_000 / speed.rawValue + Self.turnMicroseconds))
      }
      return said
    }
    while let order = readLine() {
      let words = order.split(separator: " ").map(String.init)
      switch words.first {
      case "quit":
        line.stop()
        return
      case "counts":
        let asked = bench.readers.withLock(\.asked)
        let counts = asked.sorted { $0.key < $1.key }.map { "\"\($0)\": \($1)" }
        Output.raw(Array("{\(counts.joined(separator: ", "))}\n".utf8))
      case "card" where words.count == 3:
        let card = OSDPCard(bits: words[2].map { $0 == "1" })
        bench.readers.withLock { readers in
          for place in readers.models.indices
          where String(readers.models[place].address) == words[1] {
            readers.models[place].events.append(.card(card))
          }
        }
      default: throw LabFailure("no order: \(order)")
      }
    }
  }

  private final class Bench: Sendable {
    let readers: Mutex<Readers>
    init(_ readers: Readers) { self.readers = Mutex(readers) }
  }
}
