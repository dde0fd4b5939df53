import CLinux
public import DoorPorts
import Glibc
public import OSDPChannel
public import OSDPCodec
import Foundation
import Synchronization

/// The readers of an OSDP line that are not there: models behind a pseudo-terminal, so that all of the door's
/// side is real, from the serial device on.
public final class SimulatedLine: Sendable {
  /// The most cards and keys that wait for a reader to be asked.
  public static let waitingMax = 64

  private let line: TerminalLine
  private let field: Field

  /// What the line's thread and the panel share.
  private final class Field: Sendable {
    let models: Mutex<[ModelReader]>

    init(_ models: [ModelReader]) { self.models = Mutex(models) }

    func answer(_ bytes: [UInt8]) -> [UInt8] {
      models.withLock { models in models.indices.flatMap { models[$0].hear(bytes) } }
    }
  }

  /// `path` is where the line's device appears; `readers` are addresses with the keys of those that are
  /// paired already.
  public init(
    path: String, readers: [(address: UInt8, key: ReaderKey?)], baud: Int
  ) throws(PortError) {
    let field = Field(
      readers.map {
        ModelReader(
          address: $0.address, key: $0.key, speed: UInt32(clamping: baud), cipher: AESCipher())
      })
    self.field = field
    do {
      line = try TerminalLine(path: path) { field.answer($0) }
    } catch {
      throw PortError(
        .unavailable, operation: "make the simulated line \(path)", detail: "\(error)")
    }
  }

  /// Somebody holds up a card or presses keys. Throws `invalid` for an address that no reader has, `full`
  /// when too much waits.
  public func show(_ events: [OSDPReply], at address: UInt8) throws(PortError) {
    let operation = "act at the reader with address \(address)"
    try field.models.withLock { models throws(PortError) in
      guard let place = models.firstIndex(where: { $0.address == address }) else {
        throw PortError(.invalid, operation: operation, detail: "no reader of the line has it")
      }
      guard models[place].events.count + events.count <= Self.waitingMax else {
        throw PortError(.full, operation: operation, detail: "the reader is not asked; pair it")
      }
      models[place].events += events
    }
  }

  public func stop() { line.stop() }
}
