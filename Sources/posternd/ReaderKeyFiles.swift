import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux
import OSDPChannel
import OSDPLine
import SerialLinux
import Settings

/// The keys of OSDP readers, in the folder of the state: a file for each reader, which only the daemon may
/// read. A line `current` with the key of the paired reader, a line `candidate` with one that it has not
/// proved yet; 32 hexadecimal digits each.
struct ReaderKeyFiles: ReaderKeyStore {
  private static let bytesMax = 256

  private let folder: String

  init(stateFolder: String) { folder = stateFolder + "/readers" }

  private func path(of reader: ReaderID) -> String { "\(folder)/\(reader.rawValue).key" }

  func ring(of reader: ReaderID) throws(PortError) -> KeyRing {
    let path = path(of: reader)
    guard FileManager.default.fileExists(atPath: path) else { return KeyRing() }
    let text = try KeyFile.secretText(path: path, bytesMax: Self.bytesMax).reveal()
    var ring = KeyRing()
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ")
      guard words.count == 2, let bytes = Hex.decode(words[1]),
        let key = try? ReaderKey(bytes)
      else { throw damaged(path) }
      switch words[0] {
      case "current": ring.current = key
      case "candidate": ring.candidate = key
      default: throw damaged(path)
      }
    }
    return ring
  }

  func keep(_ ring: KeyRing, of reader: ReaderID) throws(PortError) {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw PortError(
        .inputOutput, operation: "create the folder \(folder)", detail: "\(error)")
    }
    let lines = [("current", ring.current), ("candidate", ring.candidate)].compactMap { name, key in
      key.map { "\(name) " + Hex.encode($0.reveal()) + "\n" }
    }
    try KeyFile.replace(path: path(of: reader), text: Secret(lines.joined()))
  }

  private func damaged(_ path: String) -> PortError {
    PortError(
      .damaged, operation: "read the key of a reader in \(path)",
      detail: "it is not what was written; pair the reader again")
  }
}

extension OSDPReaders.Wiring {
  /// Nil for a reader on data lines.
  init?(_ reader: DaemonSettings.Reader, in settings: DaemonSettings) {
    guard let osdp = reader.osdp else { return nil }
    self.init(
      id: reader.id, line: settings.device(of: osdp),
      speed: LineSpeed(rawValue: osdp.baud) ?? .b9600,
      address: UInt8(clamping: osdp.address), pollMilliseconds: osdp.pollMilliseconds,
      lines: settings.lines(at: reader.id))
  }
}

extension SimulatedLine {
  /// Nil when no reader is on a simulated line. A reader that was paired knows its key.
  static func make(_ settings: DaemonSettings) throws(PortError) -> SimulatedLine? {
    guard let path = settings.simulatedLine else { return nil }
    let keys = ReaderKeyFiles(stateFolder: settings.stateFolder)
    let here = settings.readers.compactMap { OSDPReaders.Wiring($0, in: settings) }
      .filter { $0.line == path }
    return try SimulatedLine(
      path: path,
      readers: here.map { (address: $0.address, key: (try? keys.ring(of: $0.id))?.current) },
      baud: here.first?.speed.rawValue ?? 9_600)
  }
}

extension OSDPReaders {
  /// Nil when no reader is on an OSDP line.
  static func make(
    _ settings: DaemonSettings, clock: any MonotonicClock
  ) -> OSDPReaders? {
    let wirings = settings.readers.compactMap { Wiring($0, in: settings) }
    guard !wirings.isEmpty else { return nil }
    return OSDPReaders(
      wirings, keys: ReaderKeyFiles(stateFolder: settings.stateFolder), clock: clock)
  }
}
