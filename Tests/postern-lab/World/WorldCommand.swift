import ArgumentParser
import Foundation

/// A world for scripts: it lives as long as its standard input.
struct WorldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "world",
    abstract: "Run a broker, a cloud and a door with a simulated panel in a temporary folder.",
    discussion: """
      Prints where everything is as one line of JSON. Then it takes orders from standard
      input, one line of JSON each, and answers each with a line:

        {"start": "door", "environment": {"NAME": "value"}}   {"process": 4711}
        {"stop": "door", "signal": 9}                         {"status": -1}
        {"look": "door"}            {"process": 4711}, or {"status": 78} when it ended

      Actors are broker, cloud and door. A status of -1 is the end by a signal. SIGTERM is
      the signal when none is named, and an actor that outlives 20 seconds is killed.
      At the end of standard input, and after SIGTERM and SIGINT, all actors are killed.
      """)

  @Option(help: "Where the world works; it stays there. Without it a temporary folder, removed.")
  var folder: String?
  @Option(help: "Where posternd and posterncloud are (default: beside this program).")
  var programs: String?
  @Option(help: "Readers of the door, by commas.") var readers = "front-in"
  @Option(help: "The port at which the door looks for the broker, of a proxy.") var doorPort: Int?
  @Option(help: "Seconds between signs of life of the door.") var keepAlive = 60
  @Flag(help: "Start all, and print when they answer.") var start = false

  func run() throws {
    Ending.watch()
    let beside = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().path
    let place =
      folder
      ?? FileManager.default.temporaryDirectory
      .appending(path: "postern-world-\(UUID().uuidString.prefix(8))").path
    defer { if folder == nil { try? FileManager.default.removeItem(atPath: place) } }
    let world = try LabWorld(
      LabWorld.Plan(
        folder: URL(filePath: place).path, programs: programs ?? beside,
        readers: readers.split(separator: ",").map(String.init), doorPort: doorPort,
        keepAliveSeconds: keepAlive))
    defer { world.end() }
    if start { try world.startAll() }
    try Self.print(world.places)
    var input = OrderLines()
    while let line = input.next() { try Self.print(Self.answer(line, in: world)) }
  }

  private static func answer(_ line: [UInt8], in world: LabWorld) -> WorldAnswer {
    do {
      return try JSONDecoder().decode(WorldOrder.self, from: Data(line)).carryOut(in: world)
    } catch {
      return WorldAnswer(error: "\(error)")
    }
  }

  private static func print(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
  }
}
