import DoorCore
import DoorPorts
import DoorRules
import Synchronization
import Testing

@testable import DoorRuntime

/// Readers on a line of their own, which note who asks something of a disk.
private final class HandBus: ReaderBus {
  private let paired = Mutex<[ReaderID]>([])
  private let onStop = Mutex<(@Sendable () -> Void)?>(nil)

  var pairings: [ReaderID] { paired.withLock { $0 } }
  let readers = [BusReader(id: ShellWorld.reader, place: "/dev/null, address 0", absence: nil)]

  func start(onReport: @escaping @Sendable (BusReport) -> Void) {}
  func has(_ line: OutputLine) -> Bool { false }
  func drive(_ line: OutputLine, active: Bool) throws(PortError) {}
  func isActive(_ line: OutputLine) throws(PortError) -> Bool { false }
  func level(of line: InputLine) -> ReaderInputLevel? { nil }
  func pair(_ reader: ReaderID, seconds: Int) throws(PortError) {
    paired.withLock { $0.append(reader) }
  }
  func whenStopped(_ body: @escaping @Sendable () -> Void) { onStop.withLock { $0 = body } }
  func stop() { onStop.withLock { $0 }?() }
}

@Suite("A line of readers holds up nobody who leaves (A1, A13)")
struct BusStallTests {
  private static let exit = InputLine.requestToExit(ShellWorld.door)

  @Test("A1 A13: a reader is paired while the disk answers nothing: exit at once, the answer later")
  func pairing() throws {
    let bus = HandBus()
    let world = try ShellWorld(readers: bus)
    world.work.stall(Set(WorkLane.allCases))
    let answers = Mutex<[Bool]>([])
    world.shell.site.pair(ShellWorld.reader, seconds: 60, by: "ann") { answer in
      let isPaired = if case .success = answer { true } else { false }
      answers.withLock { $0.append(isPaired) }
    }
    world.settle()
    #expect(bus.pairings == [] && answers.withLock { $0 } == [])
    world.set(Self.exit, active: true)
    world.pass(milliseconds: DoorTiming().debounceMilliseconds)
    #expect(world.isReleased)
    world.work.stall([])
    world.settle()
    #expect(bus.pairings == [ShellWorld.reader] && answers.withLock { $0 } == [true])
  }

  @Test("A13: a reader on no line is refused at once")
  func unknown() throws {
    let world = try ShellWorld()
    let refusals = Mutex<[PortError.Code]>([])
    world.shell.site.pair(ShellWorld.reader, seconds: 60, by: "ann") { answer in
      if case .failure(let error) = answer { refusals.withLock { $0.append(error.code) } }
    }
    #expect(refusals.withLock { $0 } == [.invalid])
  }

  @Test("A1: at the end the outputs are inactive before a line of readers is waited for")
  func end() throws {
    let bus = HandBus()
    let world = try ShellWorld(readers: bus)
    world.set(Self.exit, active: true)
    world.pass(milliseconds: DoorTiming().debounceMilliseconds)
    #expect(world.isReleased)
    let lines = world.lines
    let levels = Mutex<[Bool]>([])
    bus.whenStopped {
      let isActive = (try? lines.isActive(OutputLine.relay(ShellWorld.door))) == true
      levels.withLock { $0.append(isActive) }
    }
    world.shell.end()
    #expect(levels.withLock { $0 } == [false])
  }
}
