import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import Settings
import Testing

@testable import HostLinux

@Suite("Files that people write (B3)")
final class WrittenTextTests {
  private let folder = "/tmp/postern-text-\(UUID().uuidString.prefix(8))"
  private var path: String { folder + "/file" }

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func write(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }

  private static let digits = String(repeating: "0f", count: 32)

  @Test("a key is read however it was saved", arguments: FileVariant.allCases)
  func key(_ variant: FileVariant) throws {
    try write(variant.bytes(of: Self.digits + "\n"))
    #expect(try KeyFile.load(path: path).reveal() == [UInt8](repeating: 15, count: 32))
  }

  @Test(
    "the keys of offline PINs are read however they were saved", arguments: FileVariant.allCases)
  func offlinePINs(_ variant: FileVariant) throws {
    let controller = try #require(ControllerID("gate-1"))
    let door = try #require(DoorID("front"))
    let text = "# keys\n* opin-1 0 \(Self.digits)\nfront\topin-2 24 \(Self.digits)\n"
    try write(variant.bytes(of: text))
    let keys = try OfflinePINKeys(
      parsing: try KeyFile.secretText(path: path, bytesMax: 4_096), controller: controller)
    #expect(keys.text(of: door).reveal().split(separator: "\n").count == 2)
  }

  @Test("settings are read however they were saved", arguments: FileVariant.allCases)
  func settings(_ variant: FileVariant) async throws {
    let text = """
      # settings
      controller: {id: gate-1}
      state:
        folder: /srv/postern
      hardware: {driver: gpiod}
      doors: [front]
      door:
        front:
          relay: {chip: gpiochip0, line: 17}
          exit: {chip: gpiochip0, line: 18}
      readers: [front-in]
      reader:
        front-in:
          door: front
          data0: {chip: gpiochip0, line: 23}
          data1: {chip: gpiochip0, line: 24}
      credentials:
        keyFile: /k

      """
    try write(variant.bytes(of: text))
    let settings = try await SettingsLoader.load(path: path, environment: [:])
    #expect(settings.credentials.keyFile == "/k" && settings.stateFolder == "/srv/postern")
  }

  @Test("a text, its first line and its records are the same", arguments: FileVariant.allCases)
  func text(_ variant: FileVariant) throws {
    try write(variant.bytes(of: "# a comment\nroot-1 abc\nroot-2\tdef\n"))
    let text = try TextFile.read(path)
    #expect(text.split(separator: "\n").first == "# a comment")
    let records = WrittenText.records(of: text)
    #expect(records.map(\.line) == [2, 3])
    #expect(records.map(\.words) == [["root-1", "abc"], ["root-2", "def"]])
  }

  @Test("files that were joined have a mark at the start of each")
  func joined() throws {
    let one = FileVariant.mark.bytes(of: "root-1 abc\n")
    #expect(try WrittenText.decode(one + one) == "root-1 abc\nroot-1 abc\n")
  }

  @Test("what is no UTF-8 text is refused with its place and with advice")
  func refused() throws {
    func problem(_ bytes: [UInt8], _ lines: WrittenText.Lines = .matter) -> String? {
      do throws(WrittenTextProblem) {
        _ = try WrittenText.decode(bytes, lines: lines)
        return nil
      } catch { return "\(error)" }
    }
    let utf16 = "it is UTF-16 or binary, not UTF-8 text; save the file as UTF-8"
    #expect(problem([0xFF, 0xFE, 65, 0]) == utf16)
    #expect(problem([0xFE, 0xFF, 0, 65]) == utf16)
    #expect(problem([65, 0, 66, 0]) == utf16)
    #expect(problem([0, 65, 0, 66]) == utf16)
    let alone =
      "line 2: it has a carriage return without a line feed; save the file with Unix line ends"
    #expect(problem(Array("a\r\nb\rc\n".utf8)) == alone)
    #expect(problem(Array("{\r\"a\": 1}".utf8), .doNotMatter) == nil)
    #expect(
      problem(Array("a\nb".utf8) + [0xE9]) == "line 2: it is not UTF-8 text; save the file as UTF-8"
    )
    #expect(problem([]) == nil)
  }

  @Test("a file that is missing, unreadable or too long is named with its cause")
  func unreadable() throws {
    func failure(_ path: String) -> PortError? {
      do throws(PortError) {
        _ = try TextFile.read(path, bytesMax: 4)
        return nil
      } catch { return error }
    }
    #expect(failure(folder + "/none")?.detail == "there is no such file")
    #expect(failure(folder)?.detail == "it is a folder; name the file")
    #expect(failure("/dev/null")?.detail == "it is not a file; name the file")
    #expect(mkfifo(folder + "/pipe", 0o600) == 0)
    #expect(failure(folder + "/pipe")?.detail == "it is not a file; name the file")
    #expect(symlink(folder + "/circle", folder + "/circle") == 0)
    #expect(failure(folder + "/circle")?.detail == "it is a link that leads to nothing")
    try write(Array("12345".utf8))
    #expect(failure(path)?.detail == "it has more than 4 bytes")
  }
}
