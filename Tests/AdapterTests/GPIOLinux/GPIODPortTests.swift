import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Synchronization
import Testing

@testable import GPIOLinux

@Suite(
  "The port on boards that fall off, return, and report no edges (F3)", .timeLimit(.minutes(1)))
struct GPIODPortTests {
  private static let front = DoorID("front")!
  private static let back = DoorID("back")!

  /// Boards that a test plugs in and out. The lines of one are dead once it is out.
  private final class Boards: LineSource {
    struct State {
      /// By label: a number for each time that it was plugged in.
      var plugged: [String: Int] = [:]
      var count = 0
      var levels: [InputLine: Bool] = [:]
      var driven: [OutputLine: Bool] = [:]
      /// How often each input was read.
      var reads: [InputLine: Int] = [:]
    }
    let state = Mutex(State())
    /// Labels of boards without interrupts.
    let quiet: Set<String>

    init(quiet: Set<String> = []) { self.quiet = quiet }

    func plug(_ label: String) {
      state.withLock {
        $0.count += 1
        $0.plugged[label] = $0.count
      }
    }

    func unplug(_ label: String) { state.withLock { $0.plugged[label] = nil } }

    func chips() -> [Chip] {
      state.withLock(\.plugged).sorted { $0.key < $1.key }
        .map { Chip(path: "/dev/gpiochip\($0.value)", label: $0.key, lines: 8) }
    }

    func output(_ output: LinePlan.Output, on chip: Chip) throws(PortError) -> any HeldLine {
      BoardLine(self, chip.label, output: output.line)
    }

    func inputs(_ inputs: [LinePlan.Input], on chip: Chip) throws(PortError) -> any HeldLine {
      guard !quiet.contains(chip.label) else {
        return BoardLine(self, chip.label, input: inputs[0].line)
      }
      return ChatteringLine(self, chip.label, offset: inputs[0].place.offset)
    }
  }

  /// A line whose level a test sets, or reads.
  private class BoardLine: HeldLine {
    let boards: Boards
    let label: String
    private let plugged: Int?
    private let output: OutputLine?
    private let input: InputLine?

    init(_ boards: Boards, _ label: String, output: OutputLine? = nil, input: InputLine? = nil) {
      self.boards = boards
      self.label = label
      self.output = output
      self.input = input
      plugged = boards.state.withLock { $0.plugged[label] }
    }

    var isAlive: Bool { boards.state.withLock { $0.plugged[label] == plugged } && plugged != nil }
    var descriptor: Int32 { -1 }

    func set(active: Bool) -> Int32? {
      guard isAlive, let output else { return ENODEV }
      boards.state.withLock { $0.driven[output] = active }
      return nil
    }

    func get(_ offset: Int) -> Bool? {
      guard isAlive else { return nil }
      return boards.state.withLock { state in
        if let input { state.reads[input, default: 0] += 1 }
        return output.map { state.driven[$0] ?? false } ?? input.map { state.levels[$0] ?? false }
          ?? false
      }
    }

    func read(_ edges: UnsafeMutablePointer<KernelEdge>) -> Int? { nil }
  }

  /// A line with an edge at any time: its descriptor is always readable.
  private final class ChatteringLine: BoardLine {
    private let ends: [Int32]
    private let offset: Int

    init(_ boards: Boards, _ label: String, offset: Int) {
      var ends: [Int32] = [-1, -1]
      _ = pipe(&ends)
      var byte: UInt8 = 1
      _ = write(ends[1], &byte, 1)
      self.ends = ends
      self.offset = offset
      super.init(boards, label)
    }

    deinit { for end in ends { close(end) } }

    override var descriptor: Int32 { ends[0] }

    override func read(_ edges: UnsafeMutablePointer<KernelEdge>) -> Int? {
      guard isAlive else { return nil }
      edges[0] = KernelEdge(
        nanoseconds: 1, offset: UInt32(offset), sequence: 0, has_sequence: false, active: true)
      return 1
    }
  }

  private static let plan = LinePlan(
    inputs: [
      .init(
        line: .requestToExit(front), place: .init(chip: "steady", offset: 1), activeLow: false),
      .init(line: .contact(back), place: .init(chip: "usb", offset: 2), activeLow: false),
    ],
    outputs: [
      .init(line: .relay(front), place: .init(chip: "steady", offset: 0), activeLow: false),
      .init(line: .relay(back), place: .init(chip: "usb", offset: 0), activeLow: false),
    ])

  /// Waits for a condition, at most for the suite's limit.
  private func until(_ condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(1)) }
  }

  @Test("a board that falls off is asked for again while another line never rests")
  func returns() async throws {
    let boards = Boards(quiet: ["usb"])
    boards.plug("steady")
    boards.plug("usb")
    let port = GPIODPort(plan: Self.plan, pollMilliseconds: 5, source: boards)
    defer { port.stop() }
    #expect(port.faults.isEmpty)
    let edges = Atomic<Int>(0)
    port.start { _ in edges.add(1, ordering: .relaxed) }
    for round in 1...3 {
      boards.unplug("usb")
      #expect(throws: PortError.self) { try port.drive(.relay(Self.back), active: true) }
      // The other door is served all the time.
      try port.drive(.relay(Self.front), active: round % 2 == 0)
      let seen = edges.load(ordering: .relaxed)
      try await until { edges.load(ordering: .relaxed) > seen + 10 }
      boards.plug("usb")
      try await until { port.faults.isEmpty }
      try port.drive(.relay(Self.back), active: true)
      #expect(boards.state.withLock { $0.driven[.relay(Self.back)] } == true)
    }
  }

  @Test("an input without edges is polled, named with its period, and its changes arrive")
  func polled() async throws {
    let boards = Boards(quiet: ["usb"])
    boards.plug("steady")
    boards.plug("usb")
    let port = GPIODPort(plan: Self.plan, pollMilliseconds: 5, source: boards)
    defer { port.stop() }
    #expect(port.polled.map(\.line) == ["contact of door back"])
    #expect(port.polled.first?.words.contains("every 5 ms") == true)
    let seen = Mutex<[Bool]>([])
    port.start { edge in
      if edge.line == .contact(Self.back) { seen.withLock { $0.append(edge.isActive) } }
    }
    // The first level is no change.
    try await until { boards.state.withLock { $0.reads[.contact(Self.back)] ?? 0 } > 1 }
    for level in [true, false] {
      boards.state.withLock { $0.levels[.contact(Self.back)] = level }
      try await until { (try? port.isActive(.contact(Self.back))) == level }
    }
    try await until { seen.withLock { $0 } == [true, false] }
    // It falls off, the level changes meanwhile, and it returns: the change is not lost.
    boards.unplug("usb")
    try await until { !port.faults.isEmpty }
    boards.state.withLock { $0.levels[.contact(Self.back)] = true }
    boards.plug("usb")
    try await until { seen.withLock { $0 } == [true, false, true] }
  }

  @Test("a chip that loses one line loses them all, also a lamp that nobody drives")
  func wholeChip() async throws {
    let boards = Boards(quiet: ["usb"])
    boards.plug("usb")
    let reader = ReaderID("in")!
    let plan = LinePlan(
      inputs: [],
      outputs: [
        .init(line: .relay(Self.back), place: .init(chip: "usb", offset: 0), activeLow: false),
        .init(line: .led(reader), place: .init(chip: "usb", offset: 1), activeLow: false),
      ])
    let port = GPIODPort(plan: plan, pollMilliseconds: 5, source: boards)
    defer { port.stop() }
    port.start { _ in }
    boards.unplug("usb")
    #expect(throws: PortError.self) { try port.drive(.relay(Self.back), active: true) }
    try await until { port.faults.count == 2 }
    boards.plug("usb")
    try await until { port.faults.isEmpty }
    try port.drive(.led(reader), active: true)
  }
}
