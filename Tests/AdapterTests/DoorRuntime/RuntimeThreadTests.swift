import DoorCore
import DoorRules
import Synchronization
import Testing

@testable import DoorRuntime

@Suite("The door's own thread (D1, A1, F3)")
struct RuntimeThreadTests {
  /// Counts on the thread; a second one inside at the same time shows.
  private actor Counter {
    private let thread: DoorThread
    private(set) var asked = 0
    private(set) var served = 0
    private var isBusy = false

    init(_ thread: DoorThread) { self.thread = thread }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    func ask() {
      asked += 1
    }

    func serve(_ count: Int) {
      #expect(!isBusy)
      isBusy = true
      served += count
      isBusy = false
    }
  }

  private static func message(_ number: UInt64) -> RuntimeMessage {
    .job(.eventsDropped(through: number))
  }

  @Test("F3: a gate that stays shut is given up, one that has opened holds up nobody")
  func gate() {
    let gate = Gate()
    let before = gate.wait(milliseconds: 1)
    gate.open()
    let after = gate.wait(milliseconds: 600_000)
    #expect(!before && after)
  }

  @Test("what came before it served is served first, in order, and everything before the end")
  func order() async {
    let thread = DoorThread()
    defer { thread.close() }
    let served = Mutex<[UInt64]>([])
    for number in 0..<100 { #expect(thread.push(Self.message(UInt64(number)))) }
    await withCheckedContinuation { ended in
      thread.serve { messages in
        for case .job(.eventsDropped(let number)) in messages {
          served.withLock { $0.append(number) }
          // From the thread itself, as the lines do at a tick.
          if number == 99 { _ = thread.push(Self.message(100)) }
          if number == 100 { thread.finish() }
        }
        return nil
      } onEnd: {
        ended.resume()
      }
    }
    #expect(served.withLock { $0 } == Array(0...100))
    #expect(thread.push(Self.message(101)), "what comes after the end is not called lost")
    #expect(served.withLock(\.count) == 101)
  }

  @Test("a deadline wakes it without a message, and what the actor was asked moves the deadline")
  func deadlines() async {
    let thread = DoorThread()
    defer { thread.close() }
    let counter = Counter(thread)
    let ticks = Mutex(0)
    let isOpen = Atomic(false)
    await withCheckedContinuation { ended in
      thread.serve { messages in
        for case .tick in messages { ticks.withLock { $0 += 1 } }
        if ticks.withLock({ $0 }) >= 3 { thread.finish() }
        return isOpen.load(ordering: .relaxed) ? 1_000 : nil
      } onEnd: {
        ended.resume()
      }
      isOpen.store(true, ordering: .relaxed)
      Task { await counter.ask() }
    }
    #expect(ticks.withLock { $0 } >= 3)
  }

  @Test("what the actor is asked and what is served never overlap, and neither starves")
  func alone() async {
    let thread = DoorThread()
    defer { thread.close() }
    let counter = Counter(thread)
    let count = 2_000
    async let ended: Void = withCheckedContinuation { ended in
      thread.serve { messages in
        counter.assumeIsolated { $0.serve(messages.count) }
        return nil
      } onEnd: {
        ended.resume()
      }
    }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { for _ in 0..<count { await counter.ask() } }
        group.addTask { for _ in 0..<count { _ = thread.push(Self.message(1)) } }
      }
    }
    thread.finish()
    await ended
    #expect(await counter.asked == 4 * count)
    #expect(await counter.served == 4 * count)
  }
}
