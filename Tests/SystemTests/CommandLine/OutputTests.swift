import ChildProcesses
import CoreModels
import Foundation
import Glibc
import Testing

/// A program's streams when nobody takes what it says.
private enum Reader: String, CaseIterable {
  /// A pipe whose other end is closed. SIGPIPE is ignored, as it is under a service manager.
  case gone
  /// A disk with no room.
  case full
}

@Suite("Programs do not die of their output", .blocking)
struct OutputTests {
  /// Commands of a program by their words, the innermost only.
  private static func commands(of program: String) throws -> [[String]] {
    let help = try BuiltProgram(program).run(["--experimental-dump-help"])
    let object = try JSONSerialization.jsonObject(with: Data(help.output.utf8)) as? [String: Any]
    func leaves(_ command: [String: Any], _ words: [String]) -> [[String]] {
      let inner = (command["subcommands"] as? [[String: Any]] ?? [])
        .filter { $0["commandName"] as? String != "help" }
      guard !inner.isEmpty else { return [words] }
      return inner.flatMap { leaves($0, words + [$0["commandName"] as? String ?? "?"]) }
    }
    return leaves(try #require(object?["command"] as? [String: Any]), [])
  }

  /// Runs a program with its output, or only its complaints, to such a reader.
  private static func run(
    _ program: String, _ arguments: [String], to reader: Reader, only stream: Int32? = nil,
    environment: [String: String] = [:], input: String = "/dev/null"
  ) throws -> BuiltProgram.Outcome {
    let folder = try TemporaryFolder()
    let descriptor: Int32
    switch reader {
    case .gone:
      let ends = try UnixCall.pipe()
      close(ends[0])
      descriptor = ends[1]
    case .full:
      descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
    }
    defer { close(descriptor) }
    func target(_ number: Int32, _ file: String) -> ChildProcess.Stream {
      (stream ?? 1) == number ? .descriptor(descriptor) : .file("\(folder.path)/\(file)")
    }
    let child = try ChildProcess(
      BuiltProgram(program).path, arguments, environment: environment, input: .file(input),
      output: target(1, "out"), errors: target(2, "err"))
    let status = child.ended(withinSeconds: DoorWorld.patienceSeconds)
    child.end(SIGKILL)
    func text(_ file: String) -> String {
      let data = FileManager.default.contents(atPath: "\(folder.path)/\(file)")
      return String(decoding: data ?? Data(), as: UTF8.self)
    }
    return BuiltProgram.Outcome(
      status: try #require(status, "\(program) \(arguments) does not end"), output: text("out"),
      errors: text("err"))
  }

  /// What must hold of a command that has something to say.
  private static func check(
    _ outcome: BuiltProgram.Outcome, _ reader: Reader, _ program: String, _ words: [String]
  ) {
    let line = "\(program) \(words.joined(separator: " ")) to \(reader): \(outcome)"
    switch reader {
    case .gone: #expect(outcome.status == 0 && outcome.errors == "", "\(line)")
    case .full:
      #expect(outcome.status == 74, "\(line)")
      let sentence = "\(program): standard output cannot be written: No space left on device\n"
      #expect(outcome.errors == sentence, "\(line)")
    }
  }

  @Test(
    "E5: the help of every command ends quietly where the reader is gone, with 74 on a full disk",
    arguments: ["postern", "posternd", "posterncloud"])
  func help(_ program: String) throws {
    let commands = try Self.commands(of: program)
    #expect(program == "posternd" || commands.count > 20)
    for words in commands {
      for reader in Reader.allCases {
        let arguments = words + ["--help"]
        Self.check(
          try Self.run(program, arguments, to: reader), reader, program, arguments)
      }
    }
    for reader in Reader.allCases {
      let script = ["--generate-completion-script", "bash"]
      Self.check(try Self.run(program, script, to: reader), reader, program, script)
    }
  }

  @Test(
    "E5: no command dies of complaints that nobody takes: it ends with the status of its error",
    arguments: ["postern", "posterncloud"])
  func complaints(_ program: String) throws {
    let folder = try TemporaryFolder()
    let nowhere = [
      "POSTERN_SOCKET": folder.path + "/none", "POSTERNCLOUD_STATE": folder.path + "/none/none",
    ]
    for words in try Self.commands(of: program) {
      let wrong = words + ["--no-such-option"]
      for reader in Reader.allCases {
        let outcome = try Self.run(program, wrong, to: reader, only: 2, environment: nowhere)
        #expect(outcome.status == 64, "\(program) \(wrong) to \(reader): \(outcome)")
      }
    }
  }

  @Test("E5: commands that answer say a full disk, and end quietly with their reader")
  func answers() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let settings = world.folder.path + "/postern.yaml"
    let questions = world.folder.path + "/questions"
    try Data((String(repeating: "{\"id\":1,\"bits\":\"0101\"}\n", count: 40_000)).utf8)
      .write(to: URL(filePath: questions))
    let ofDoor: [[String]] = [
      ["status"], ["status", "--json"], ["diagnose", "--wrong-only"], ["diagnose", "--json"],
      ["doors"], ["events"], ["events", "--csv"], ["events", "--json", "--all"],
      ["events", "--follow"], ["credentials"], ["explain", "--door", "front", "--person", "ada"],
      ["identify", "front"], ["sync"], ["time"], ["lines", "--config", settings],
      ["lines", "safe", "--config", settings], ["config", "check", settings],
      ["config", "show", settings], ["config", "show", "--json", settings],
      ["dry-run", "wiegand"],
      ["support-bundle", "--force", "-o", world.folder.path + "/bundle.tgz"],
    ]
    let ofCloud: [[String]] = [
      ["events"], ["events", "--json"], ["doors"], ["controllers"], ["controllers", "--json"],
      ["credential", "list", "gate-1"], ["person", "add", "ben"],
      ["identify", "gate-1"], ["logs", "gate-1"], ["diagnose", "gate-1"], ["sync", "gate-1"],
      ["results"],
      ["config", "push", "gate-1", world.folder.path + "/facility.json"],
      ["signing-key", "add"], ["issuer", "rotate"],
    ]
    let places = [
      "POSTERN_SOCKET": world.folder.path + "/postern.sock",
      "POSTERNCLOUD_STATE": world.folder.path + "/cloud",
    ]
    for (program, commands) in [("postern", ofDoor), ("posterncloud", ofCloud)] {
      for words in commands {
        for reader in Reader.allCases {
          Self.check(
            try Self.run(
              program, words, to: reader, environment: places,
              input: words.first == "dry-run" ? questions : "/dev/null"), reader, program, words)
        }
      }
    }
    #expect(try world.status() != nil, "the daemon serves on")
  }

  @Test("D17: a token that could not be shown is not kept, and its name is free")
  func tokens() throws {
    let folder = try TemporaryFolder()
    let place = ["POSTERNCLOUD_STATE": folder.path + "/cloud"]
    let words = ["token", "add", "hub", "--scopes", "all"]
    let cloud = BuiltProgram("posterncloud")
    for reader in Reader.allCases {
      let lost = try Self.run("posterncloud", words, to: reader, environment: place)
      #expect(lost.status == 74, "\(reader): \(lost)")
      #expect(lost.errors.contains("token hub is not kept"), "\(reader): \(lost)")
      let listed = try cloud.run(["token", "list"], environment: place)
      #expect(listed.status == 0 && listed.output == "", "\(reader): \(listed)")
    }
    let shown = try cloud.run(words, environment: place)
    #expect(shown.status == 0 && shown.output.hasPrefix("postern_"))
  }

  @Test("E2: the daemon serves without a reader of its log, and with a full disk there")
  func daemon() throws {
    for reader in Reader.allCases {
      let world = try DoorWorld()
      let ends = try UnixCall.pipe()
      close(ends[0])
      let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
      defer {
        close(ends[1])
        close(full)
      }
      try world.startDaemon(log: .descriptor(reader == .gone ? ends[1] : full))
      #expect(try world.eventually { try world.status() != nil }, "\(reader)")
      #expect(try world.postern("mode", "lockdown", "--reason", "drill").status == 0)
      #expect(try world.status() != nil)
    }
  }

  @Test("E2: a log that nobody reads and that takes no more does not keep the door waiting")
  func stuckLog() throws {
    let world = try DoorWorld()
    let ends = try UnixCall.pipe()
    defer { for end in ends { close(end) } }
    // The pipe is full before the daemon says its first word.
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let block = [UInt8](repeating: 32, count: 4_096)
    while write(ends[1], block, block.count) > 0 {}
    _ = fcntl(ends[1], F_SETFL, 0)
    try world.startDaemon(log: .descriptor(ends[1]))
    #expect(try world.eventually { try world.status() != nil })
    #expect(try world.postern("mode", "lockdown", "--reason", "drill").status == 0)
    // What was lost is counted once there is room and something to say.
    try world.startBroker()
    var seen = [UInt8](repeating: 0, count: 1_048_576)
    var text = ""
    let isTold = world.eventually {
      let count = read(ends[0], &seen, seen.count)
      text += String(decoding: seen.prefix(max(count, 0)), as: UTF8.self)
      return text.contains("lines of the log are lost") && text.contains("Cloud connected")
    }
    #expect(isTold, "\(text.suffix(500))")
  }
}
